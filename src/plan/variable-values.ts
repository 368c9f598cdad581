/** The variables of services and loaders, and texts that mention them. */
import type { Settings } from "../config/schema";
import type { Loader } from "../model/application";
import { own } from "../model/graph";
import { compact, mapValues } from "../model/records";
import type { Program } from "../model/task";
import { isOfPod, mentionsPassword, needsPod, type Text } from "../model/text";
import { hasEnvFrom, isVariable, mention, partsOf, toManifest } from "../model/variables";
import type { AppContext } from "./context";
import { fill } from "./hosts";
import type { SecretPlan } from "./plan";
import type { MicroserviceValues } from "./services/microservice-values";

/** The stack's variables for a service. Null removes a variable of the inventory. */
export type Overrides = NonNullable<Settings["services"][string]["env"]>;

/** Returns the variables of a service or task as written: first the inventory's, then the stack's. */
export function declaredVariables({ env = {} }: Program, overrides: Overrides = {}): Record<string, Text> {
  const inventory = Object.entries(env).filter(([key]) => own(overrides, key) === undefined);
  const added = Object.entries(overrides).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries([...inventory, ...added]);
}

/** Returns the variables of a loader as written. */
export const loaderVariables = ({ env }: Loader): Record<string, Text> => ({ HOME: "/tmp", ...env });

/** Whether Kubernetes sets a variable in every container. It replaces these in commands and arguments. */
export const isOfKubernetes = (variable: string): boolean =>
  /^KUBERNETES_(SERVICE_(HOST|PORT|PORT_HTTPS)|PORT(_443_TCP(_(PROTO|PORT|ADDR))?)?)$/.test(variable);

/** Whether a shell runs a command. `$(NAME)` is then command substitution, unless there is a variable NAME. */
export const runsShell = (words: readonly Text[]): boolean =>
  words.some((word) => typeof word === "string" && /^(.*\/)?(sh|bash|ash|dash|ksh|zsh)$/.test(word));

/**
 * Returns the words of a command or its arguments for a manifest. Kubernetes replaces variables with passwords, values from the
 * cluster and names from `envFrom`; Flotilla replaces all others.
 */
export function wordsOf(
  context: AppContext,
  program: Pick<Program, "env" | "envFrom">,
  words: readonly Text[] = [],
): string[] {
  const { env = {} } = program;
  return words.map((word) =>
    toManifest(
      partsOf(word).map((part) => {
        if (typeof part === "string") return part;
        if (!isVariable(part)) return fill(context, [part]);
        const { variable } = part;
        const value = own(env, variable);
        if (value === undefined)
          return isOfKubernetes(variable) || hasEnvFrom(program) ? part : mention(variable);
        return mentionsPassword(value) || needsPod(value) ? part : fill(context, value);
      }),
    ),
  );
}

/** Returns the environment variables of a container. Those with a password reference a Secret, in which `keyIn` names them. */
export function environmentOf(
  context: AppContext,
  { env = {} }: Pick<Program, "env">,
  secrets: Record<string, SecretPlan>,
  keyIn = (variable: string) => variable,
): NonNullable<MicroserviceValues["env"]> {
  const holder = (key: string) =>
    Object.keys(secrets).find((secret) => own(secrets[secret]?.keys ?? {}, key)) as string;
  return mapValues(env, (value, variable) => {
    const key = keyIn(variable);
    return mentionsPassword(value) ? { secret: holder(key), key } : variableValue(context, value);
  });
}

/** Returns the value of a variable without a password, as the chart has it. */
function variableValue(context: AppContext, text: Text): NonNullable<MicroserviceValues["env"]>[string] {
  const parts = typeof text === "string" ? [text] : text;
  const [first] = parts;
  if (first !== undefined && isOfPod(first))
    switch (first.ref) {
      case "podField":
        return { field: first.of };
      case "containerResource":
        return compact({ resource: first.of, divisor: first.divisor });
      case "secretKey":
        return compact({ secret: first.of, key: first.key, optional: first.optional });
      case "configMapKey":
        return compact({ configMap: first.of, key: first.key, optional: first.optional });
    }
  return toManifest(
    parts.map((part) =>
      typeof part === "string" ? part : isOfPod(part) ? { variable: part.of } : fill(context, [part]),
    ),
  );
}
