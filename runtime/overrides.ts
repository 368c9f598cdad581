/** What a command asks of one update, and no setting should say: to import resources, to leave some as they are. */
import * as pulumi from "@pulumi/pulumi";

/** Resources that the cluster has already, to be taken into the state: a JSON object of ids by `<type>::<name>`. */
export const ADOPT = "FLOTILLA_ADOPT";

/** Resources to be left as they are, whatever the plan says of them: a JSON list of `<type>::<name>`. */
export const KEEP = "FLOTILLA_KEEP";

/** Inputs by which a kept resource may differ from the plan. */
const INPUTS: Record<string, string[]> = {
  "kubernetes:helm.sh/v3:Release": ["chart", "version", "values", "description", "timeout", "waitForJobs"],
  "kubernetes:core/v1:Secret": ["data", "type", "metadata"],
  "random:index/randomPassword:RandomPassword": ["length", "special"],
};

const PATCH_FORCE = "PULUMI_K8S_ENABLE_PATCH_FORCE";

/**
 * Has the provider take fields over from the field manager of a state that is lost: who adopts an object is another one, and
 * server-side apply refuses to change what the other one still owns.
 */
export const TAKE_OVER = { [PATCH_FORCE]: "true" };

/** Set by a command that has held the state against the cluster and settled where they differ: the program does not again. */
export const CHECKED = "FLOTILLA_CHECKED";

/** What the variables ask for. */
export interface Overrides {
  /** Whether something is imported. */
  isAdopting: boolean;
  /** Whether state and cluster have been held against each other. */
  isChecked: boolean;
}

/** Obeys the variables; without them nothing happens. */
export function obeyOverrides(environment = process.env): Overrides {
  const ids = JSON.parse(environment[ADOPT] ?? "{}") as Record<string, string>;
  const kept = new Set(JSON.parse(environment[KEEP] ?? "[]") as string[]);
  const isAdopting = Object.keys(ids).length > 0;
  if (isAdopting || kept.size > 0)
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
      const key = `${type}::${name}`;
      const more: pulumi.CustomResourceOptions = {
        ...(ids[key] === undefined ? {} : { import: ids[key] }),
        ...(kept.has(key) ? { ignoreChanges: INPUTS[type] ?? [] } : {}),
      };
      return { props, opts: pulumi.mergeOptions(opts, more) };
    });
  const isChecked = environment[CHECKED] === "true";
  // It is for the provider's own process: the SDK would write it into the state, and the next update take it out again.
  if (isChecked) delete environment[PATCH_FORCE];
  return {
    isAdopting,
    isChecked,
  };
}
