/** A change around a deployed stack, and the expected result of each command. */
import { IS_LONG } from "../long";
import type { Ground } from "./ground";
import type { Scene } from "./scene";

/** Expected exit code and words of a command; the table shows the words. */
export interface Said {
  /** 1 stands for every failure of pulumi. */
  exit: number;
  says: RegExp;
  never?: RegExp;
}

/** A command other than `diff`, `preview` and `up`. */
export interface Step extends Said {
  run: readonly ["flotilla" | "pulumi" | "helm" | "kubectl", ...string[]];
  /** KUBECONFIG from here on. */
  kubeconfig?: keyof Scene["files"];
}

export interface Case {
  kind: "address" | "cluster" | "stack" | "settings" | "inventory" | "changed by hand";
  name: string;
  /** Only with E2E=long, because another case shows nearly the same. */
  isLong?: true;
  /** The stack that is changed; default: `dev`. */
  on?: "dev" | "prod" | "guest";
  /** KUBECONFIG of every command. */
  kubeconfig?: keyof Scene["files"] | ((scene: Scene) => string);
  change?: (ground: Ground, scene: Scene) => unknown;
  diff?: Said;
  preview?: Said;
  /** Runs a plain preview without E2E=long too, although `up` reports the same: it is the first case refused for this reason. */
  isPreviewed?: true;
  /** `pulumi up --yes --skip-preview`. */
  up?: Said;
  /** Other commands, in this order. */
  more?: readonly Step[] | ((ground: Ground, scene: Scene) => readonly Step[] | Promise<readonly Step[]>);
  /** What the commands may delete, because it was named and allowed. */
  allowed?: readonly string[];
  restore?: (ground: Ground, scene: Scene) => unknown;
}

/** Common results of commands. */
export const NOTHING: Said = { exit: 0, says: /Nothing changes\./ };
export const UNCHANGED: Said = { exit: 0, says: /^no change$/ };
/** Another context, file or version updates the provider, and replaces nothing. */
export const CONNECTION: Said = {
  exit: 2,
  says: /Pulumi: update \((context|kubeconfig|version|clusterIdentifier)[^)]*\)/,
  never: /replaced|removed|deleted/i,
};
export const PROVIDER_ONLY: Said = { exit: 0, says: /^update kubernetes cluster$/ };
export const UPDATED: Said = {
  exit: 0,
  says: /(~ 1 updated\s+)?\d+ unchanged/,
  never: /replaced|deleted|created/,
};
/** The output does not matter, as long as it does not fail. */
export const ANY: Said = { exit: 0, says: /.*/ };
export const refused = (says: RegExp): Said => ({ exit: 1, says, never: /^\s+at .*\.(ts|js):\d+/m });

/** A command of Flotilla on the stack. */
export const flotilla = (command: string, said: Said, ...args: string[]): Step => ({
  run: ["flotilla", command, ...args],
  ...said,
});

/** Whether a plain preview shows what `diff`, which runs the engine's preview as well, and `up` do not. */
export const asksPreview = ({ diff, preview, isPreviewed, up }: Case): boolean =>
  IS_LONG ||
  isPreviewed ||
  !(preview === ANY || preview === up || (preview === UNCHANGED && diff === NOTHING));
