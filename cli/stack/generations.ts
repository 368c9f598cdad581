/** Generations of a store's passwords, as settings and states have them. */
import { PREFIX } from "../../src/config/prefix";
import type { StackSettings } from "../../src/config/settings";
import type { Application, Store } from "../../src/model/application";
import { own } from "../../src/model/graph";
import { readCharts } from "../../src/plan/chart";
import { composePlan } from "../../src/plan/compose";
import { createAppContext } from "../../src/plan/context";
import { rotatedAccounts } from "../../src/plan/credentials";
import { deployedStore } from "../../src/plan/deployed";
import { clientsOf } from "../../src/plan/namespace/network";
import { shapeOf } from "../../src/plan/stores/shape";
import { stateIn } from "../../src/runtime/state";
import { byUrn, deployedOf, type ExportedResource, failedOf } from "../core/state";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";
import { PROJECT } from "../tools/paths";
import { reachCluster } from "./access";
import { readState } from "./engine";
import { configOfStack } from "./settings";
import { projectTransform } from "./transform";

/** Path of a store's generation in a stack file, as `pulumi config` takes it. */
export const generationKey = (store: string): string => `${PREFIX}:stores.${store}.generation`;

/** A store of the inventory. @throws ToolError when it has none of that name. */
export function storeNamed(application: Application, name: string): Store {
  const store = own(application.stores, name);
  if (store) return store;
  throw new ToolError(
    `${application.name} has no store ${name}; it has ${Object.keys(application.stores).join(", ")}`,
  );
}

/** The generation to go to: the one that is under way, or one more, if the plan has nothing against it. */
export async function nextGeneration(
  read: StackSettings,
  name: string,
  store: Store,
  stack: string,
): Promise<{ generation: number; isNew: boolean }> {
  const { application, settings } = read;
  const shape = shapeOf(createAppContext(application, settings), name);
  const { generation } = shape;
  const accounts = rotatedAccounts(shape);
  if (accounts.length === 0)
    throw new ToolError(
      `${name} has no password that Flotilla generates: ${store.noPassword ?? "its images fix them all"}`,
    );
  const resources = await readState(stack);
  // Before the stack file is written: what another cluster refuses would be done by the next update of the right one.
  await reachCluster(settings, stack, resources);
  const deployed = deployedOf(resources);
  const there = deployedStore(deployed, name);
  if (!there)
    throw new ToolError(
      `${name} is not deployed in stack ${stack}: deploy it first, with pulumi up --stack ${stack}`,
    );
  const failed = failedOf(resources);
  if (
    generation > there.finished ||
    [name, ...clientsOf(application, name)].some((release) => failed.includes(release))
  ) {
    say(`the rotation of ${name} to generation ${generation} is under way: going on with it`);
    return { generation, isNew: false };
  }
  const next = generation + 1;
  // What the plan would refuse must not stand in the stack file.
  refuseWhatPlanRefuses(read, resources, name, next, stack);
  say(`generation ${next} of ${name}: new passwords for ${accounts.join(", ")}`);
  return { generation: next, isNew: true };
}

function refuseWhatPlanRefuses(
  read: StackSettings,
  resources: readonly ExportedResource[],
  name: string,
  generation: number,
  stack: string,
): void {
  const { settings } = read;
  const stores = { ...settings.stores };
  stores[name] = {
    clusterKey: { generation: 1 },
    loaders: {},
    ...own(settings.stores, name),
    generation,
  };
  const next = { ...read, settings: { ...settings, stores } };
  composePlan(configOfStack(stack), next, {
    charts: readCharts(PROJECT),
    ...stateIn(byUrn(resources)),
    transform: projectTransform(),
  });
}
