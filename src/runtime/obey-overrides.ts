/** The program obeys what a command asks of one update. Apart from the names: a command need not load the SDK for them. */
import * as pulumi from "@pulumi/pulumi";
import { compact } from "../model/records";
import { ADOPT, CHECKED, KEEP, PATCH_FORCE } from "./overrides";
import { PASSWORD, RELEASE, SECRET } from "./resource-types";

/** Inputs by which a kept resource may differ from the plan. */
const INPUTS: Record<string, string[]> = {
  [RELEASE]: ["chart", "version", "values", "description", "timeout", "waitForJobs"],
  [SECRET]: ["data", "type", "metadata"],
  [PASSWORD]: ["length", "special"],
};

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
      const more: pulumi.CustomResourceOptions = compact({
        import: ids[key],
        ignoreChanges: kept.has(key) ? (INPUTS[type] ?? []) : undefined,
      });
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
