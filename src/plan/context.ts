/** What every part of planning looks at: the application in its environment, the charts, and what is deployed. */
import type { Settings } from "../config/schema";
import type { Application } from "../model/application";
import { mapValues } from "../model/records";
import type { Charts } from "./chart";
import type { Deployed, DeployedGuarded, DeployedPlace } from "./deployed";
import { inEnvironment } from "./environment";
import type { Owner } from "./labels";
import { namespaceOf } from "./stores/profile";
import { resolveStores } from "./stores/resolve";
import { rotationGate } from "./stores/rotation";
import type { StoreShape } from "./stores/shape";

/** An application in its environment. */
export interface AppContext {
  /** The inventory as it is written. */
  declared: Application;
  /** The inventory as the environment has it. */
  application: Application;
  settings: Settings;
  namespace: string;
  /** Its stores, by name. */
  stores: Record<string, StoreShape>;
}

export interface PlanContext
  extends AppContext,
    Required<Omit<Surroundings, "owner" | "deployedQuota" | "deployedPlace">> {
  owner: Owner | undefined;
  deployedQuota: Record<string, string> | undefined;
  deployedPlace: DeployedPlace | undefined;
  /** By store the releases that Secrets with its passwords wait for, while these are replaced. */
  gates: Record<string, string[]>;
}

/** What planning looks at besides the inventory and the settings. */
export interface Surroundings {
  charts: Charts;
  /** What is deployed already. Default: nothing. */
  deployed?: Deployed;
  /** `hard` of the quota that is deployed. Default: none is. */
  deployedQuota?: Record<string, string>;
  /** What else no update may delete unasked. Default: nothing. */
  deployedGuarded?: DeployedGuarded;
  /** Where the stack is deployed. Default: nowhere. */
  deployedPlace?: DeployedPlace;
  /** The stack that the namespace and the releases belong to. Default: they do not say. */
  owner?: Owner;
  /** Name of the stack, for commands in messages. Default: the environment's. */
  stack?: string;
}

export function createAppContext(declared: Application, settings: Settings): AppContext {
  const application = inEnvironment(declared, settings);
  return {
    declared,
    application,
    settings,
    namespace: namespaceOf(application, settings),
    stores: resolveStores(application, settings),
  };
}

export function createContext(
  declared: Application,
  settings: Settings,
  { charts, deployed = {}, deployedGuarded = {}, deployedQuota, deployedPlace, owner, stack }: Surroundings,
): PlanContext {
  const app = createAppContext(declared, settings);
  return {
    ...app,
    charts,
    deployed,
    deployedGuarded,
    deployedQuota,
    deployedPlace,
    owner,
    stack: stack ?? settings.environment,
    gates: mapValues(app.stores, (_, name) => rotationGate({ stores: app.stores, deployed }, name)),
  };
}
