/** A stack as the next `pulumi up` would see it: its settings, what its state holds, and the plan that follows. */
import { locate, type StackConfig, type StackSettings } from "../config/settings";
import { begun, byUrn, type ExportedResource, type ExportedState } from "../live/engine";
import { FlotillaError, refuse } from "../model/problems";
import { plan } from "../plan";
import { type Charts, readCharts } from "../plan/chart";
import type { Plan } from "../plan/plan";
import { planViolations, problemsOf } from "../plan/rules";
import { ownerOf } from "../runtime/owner";
import { stateIn } from "../runtime/state";
import { PROJECT } from "../tools/paths";
import { configOfStack, settingsBeside } from "./settings";

export interface PlannedStack extends StackSettings {
  config: StackConfig;
  charts: Charts;
  /** The resources of its state. */
  resources: ExportedResource[];
  planned: Plan;
}

/**
 * Plans a stack on what its state, which is being read, says is deployed.
 * @throws FlotillaError with what `pulumi up` would refuse, ToolError when the state cannot be read.
 */
export async function planStack(stack: string, reading: Promise<ExportedState>): Promise<PlannedStack> {
  const config = configOfStack(stack);
  const resourcesOf = begun(reading.then(({ deployment }) => deployment?.resources ?? []));
  const read = await settingsBeside(config, resourcesOf);
  const resources = await resourcesOf;
  const charts = readCharts(PROJECT);
  const { cluster: _cluster, identifier: _identifier, id, ...state } = stateIn(byUrn(resources));
  try {
    // An id that the next update creates is not known yet.
    const owner = ownerOf(config, id ?? "(new)");
    const planned = plan(read.application, read.settings, { charts, ...state, owner, stack });
    refuse(problemsOf(planViolations(read.application, planned, read.settings)));
    return { ...read, config, charts, resources, planned };
  } catch (error) {
    throw error instanceof FlotillaError ? locate(error, config, read.origins) : error;
  }
}
