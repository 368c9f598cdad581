/** A change around a deployed stack, and what is expected of each command then. */
import type { Ground } from "./ground";
import type { Scene } from "./scene";

/** What a command ends with, and the words that matter: those are shown in the table. */
export interface Said {
  /** 1 stands for every failure of pulumi. */
  exit: number;
  says: RegExp;
  never?: RegExp;
}

/** A command besides `diff`, `preview` and `up`. */
export interface Step extends Said {
  run: readonly ["flotilla" | "pulumi" | "helm" | "kubectl", ...string[]];
  /** KUBECONFIG from here on. */
  kubeconfig?: keyof Scene["files"];
}

export interface Case {
  kind: "address" | "cluster" | "stack" | "settings" | "inventory" | "behind one's back";
  name: string;
  /** In the long form only, because another case shows the same. */
  isLong?: true;
  /** The stack that it happens to; `dev` unless said. */
  on?: "dev" | "prod" | "guest";
  /** KUBECONFIG of every command. */
  kubeconfig?: keyof Scene["files"] | ((scene: Scene) => string);
  change?: (ground: Ground, scene: Scene) => unknown;
  diff?: Said;
  preview?: Said;
  /** Asks for a plain preview in the short form too, although `up` says the same: it is the first that is refused for this. */
  isPreviewed?: true;
  /** `pulumi up --yes --skip-preview`. */
  up?: Said;
  /** What else is tried, in this order. */
  more?: readonly Step[] | ((ground: Ground, scene: Scene) => readonly Step[] | Promise<readonly Step[]>);
  /** What the commands may delete: it was named and allowed. */
  allowed?: readonly string[];
  restore?: (ground: Ground, scene: Scene) => unknown;
}

/** Most commands have one of these ends. */
export const NOTHING: Said = { exit: 0, says: /Nothing changes\./ };
export const UNCHANGED: Said = { exit: 0, says: /^no change$/ };
/** Another context, file or version is an update of the provider, which replaces nothing. */
export const CONNECTION: Said = {
  exit: 2,
  says: /the engine: update \((context|kubeconfig|version|clusterIdentifier)[^)]*\)/,
  never: /replaced|removed|deleted/i,
};
export const PROVIDER_ONLY: Said = { exit: 0, says: /^update kubernetes cluster$/ };
export const UPDATED: Said = {
  exit: 0,
  says: /(~ 1 updated\s+)?\d+ unchanged/,
  never: /replaced|deleted|created/,
};
/** What is said does not matter, as long as it does not fail. */
export const ANY: Said = { exit: 0, says: /.*/ };
export const refused = (says: RegExp): Said => ({ exit: 1, says, never: /^\s+at .*\.(ts|js):\d+/m });

/** A command of Flotilla on the stack of the ground. */
export const flotilla = (command: string, said: Said, ...args: string[]): Step => ({
  run: ["flotilla", command, ...args],
  ...said,
});

/** IDENTITY says `long`, or `keep` to write down what became of each case: all of them, with everything that they ask. */
export const IS_LONG = ["long", "keep"].includes(process.env.IDENTITY ?? "");

/** Whether a plain preview tells what `diff`, which has the engine preview the same, and `up` do not. */
export const asksPreview = ({ diff, preview, isPreviewed, up }: Case): boolean =>
  IS_LONG ||
  isPreviewed ||
  !(preview === ANY || preview === up || (preview === UNCHANGED && diff === NOTHING));
