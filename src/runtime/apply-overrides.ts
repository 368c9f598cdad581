/** Applies the overrides of a command for one update. The variable names are in `overrides.ts`, which does not load the SDK. */
import * as pulumi from "@pulumi/pulumi";
import { compact } from "../model/records";
import { PASSWORD_INPUTS } from "../plan/credentials/passwords";
import { ADOPT, CHECKED, KEEP, PATCH_FORCE, REVIEWED } from "./overrides";
import { NAMESPACE, PASSWORD, RELEASE, SECRET } from "./resource-types";

/** Inputs of a kept resource that may differ from the plan, by type. */
const INPUTS: Record<string, string[]> = {
  [RELEASE]: ["chart", "version", "values", "description", "timeout", "waitForJobs"],
  [SECRET]: ["data", "type", "metadata"],
  [PASSWORD]: PASSWORD_INPUTS,
};

/** The effect of the variables. */
export interface Overrides {
  /** Whether resources are imported. */
  isAdopting: boolean;
  /** Whether the command has already compared the state with the cluster. */
  isChecked: boolean;
  /** Whether the namespace is imported. */
  adoptsNamespace: boolean;
  /** The digest of the only update that may run. Undefined: any may. */
  reviewed: string | undefined;
}

/** Applies the environment variables. Without them it does nothing. */
export function applyOverrides(environment = process.env): Overrides {
  const ids = JSON.parse(environment[ADOPT] ?? "{}") as Record<string, string>;
  const kept = new Set(JSON.parse(environment[KEEP] ?? "[]") as string[]);
  const isAdopting = Object.keys(ids).length > 0;
  if (isAdopting || kept.size > 0)
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
      const key = `${type}::${name}`;
      const more: pulumi.CustomResourceOptions = compact({
        import: ids[key],
        ignoreChanges: kept.has(key) ? (INPUTS[type] ?? []) : undefined,
      });
      return { props, opts: pulumi.mergeOptions(opts, more) };
    });
  const isChecked = environment[CHECKED] === "true";
  // Only the provider's process needs it. The SDK would write it into the state, and the next update would remove it.
  if (isChecked) delete environment[PATCH_FORCE];
  return {
    isAdopting,
    isChecked,
    adoptsNamespace: Object.keys(ids).some((key) => key.startsWith(`${NAMESPACE}::`)),
    reviewed: environment[REVIEWED],
  };
}
