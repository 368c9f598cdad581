/** The charts that the running program deploys. */
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../src/model/problems";
import { type Charts, readCharts } from "../src/plan/chart";
import type { Plan } from "../src/plan/plan";
import { type UnreachableChart, unreachableCharts } from "../src/runtime/preflight";

let charts: Charts | undefined;

/** Returns the charts of the running program, read once. Paths are relative to the program's folder, as the provider expects. */
export function chartsForProgram(): Charts {
  charts ??= readCharts(process.cwd());
  return charts;
}

/**
 * Logs the warnings of a component's plan. Returns the releases whose charts a preview cannot read.
 * @throws FlotillaError if there are any in an update.
 */
export async function warnedOf(plan: Plan, component: pulumi.Resource): Promise<ReadonlySet<string>> {
  const unreadable = await unreadableCharts(plan);
  for (const warning of plan.warnings) pulumi.log.warn(warning, component);
  return new Set(unreadable.map(({ release }) => release));
}

/**
 * Returns the releases whose chart registry does not answer. A preview shows them without reading their charts.
 * @throws FlotillaError if there are any in an update.
 */
export async function unreadableCharts(plan: Plan): Promise<UnreachableChart[]> {
  const unreachable = await unreachableCharts(plan);
  if (!pulumi.runtime.isDryRun()) refuse(unreachable);
  return unreachable;
}
