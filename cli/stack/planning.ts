/** A stack as the next `pulumi up` will see it: its settings, its state, and the resulting plan. */
import { readSettings, type StackConfig, type StackSettings } from "../../src/config/settings";
import { readCharts } from "../../src/plan/chart";
import { type Composition, composePlan } from "../../src/plan/compose";
import { ownerOf } from "../../src/runtime/owner";
import { stateIn } from "../../src/runtime/state";
import { byUrn, type ExportedResource, type ExportedState, resourcesOf } from "../core/state";
import { PROJECT } from "../tools/paths";
import { catalogue } from "./catalogue";
import { begun } from "./engine";
import { configOfStack, settingsBeside } from "./settings";
import { projectTransform } from "./transform";

export interface PlannedStack extends StackSettings, Composition {
  config: StackConfig;
  /** The resources of its state. */
  resources: ExportedResource[];
}

/**
 * Plans a stack on top of what is deployed according to its state.
 * @throws FlotillaError with what `pulumi up` would refuse, ToolError if the state cannot be read.
 */
export async function planStack(stack: string, reading: Promise<ExportedState>): Promise<PlannedStack> {
  const config = configOfStack(stack);
  const readingResources = begun(reading.then(resourcesOf));
  const read = await settingsBeside(config, readingResources);
  const resources = await readingResources;
  const charts = readCharts(PROJECT);
  const state = stateIn(byUrn(resources));
  // The next update creates the id of a new stack.
  const owner = ownerOf(config, state.id ?? "(new)");
  return {
    ...read,
    config,
    resources,
    ...composePlan(config, read, { charts, ...state, owner, transform: projectTransform() }),
  };
}

/** Plans a stack as if nothing were deployed. @throws FlotillaError with what `pulumi up` would refuse. */
export function planAfresh(stack: string): StackSettings & Composition {
  const config = configOfStack(stack);
  const read = readSettings(config, catalogue());
  return {
    ...read,
    ...composePlan(config, read, { charts: readCharts(PROJECT), transform: projectTransform() }),
  };
}
