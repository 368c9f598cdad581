/** The input of planning: the application in its environment, the charts, and what is deployed. */
import type { Settings } from "../config/schema";
import type { Application } from "../model/application";
import { mapValues } from "../model/records";
import type { Charts } from "./chart";
import type { Deployed, DeployedGuarded, DeployedPlace, NamespaceOrigin } from "./deployed";
import { inEnvironment } from "./environment";
import type { Owner } from "./labels";
import { commandRemedies, type Remedies } from "./remedies";
import { namespaceOf } from "./stores/profile";
import { resolveStores } from "./stores/resolve";
import { rotationGate } from "./stores/rotation";
import type { StoreShape } from "./stores/shape";
import type { Transform } from "./transform";

/** An application in its environment. */
export interface AppContext {
  /** The inventory, unchanged. */
  declared: Application;
  /** The inventory for this environment: without disabled services, and with stand-ins. */
  application: Application;
  settings: Settings;
  namespace: string;
  /** The shapes of the stores, by name. */
  stores: Record<string, StoreShape>;
}

/** The complete input of planning. */
export interface PlanContext
  extends AppContext,
    Required<
      Omit<Surroundings, "owner" | "deployedQuota" | "deployedPlace" | "deployedNamespace" | "transform">
    > {
  transform: Transform | undefined;
  owner: Owner | undefined;
  deployedQuota: Record<string, string> | undefined;
  deployedPlace: DeployedPlace | undefined;
  deployedNamespace: NamespaceOrigin | undefined;
  /** Releases that Secrets with a store's passwords wait for during a rotation, by store. */
  gates: Record<string, string[]>;
}

/** The input of planning in addition to the inventory and the settings. */
export interface Surroundings {
  charts: Charts;
  /** The deployed releases. Default: none. */
  deployed?: Deployed;
  /** `hard` of the deployed quota. Default: no quota is deployed. */
  deployedQuota?: Record<string, string>;
  /** Deployed Secrets and passwords that an update must not delete unless it is allowed to. Default: none. */
  deployedGuarded?: DeployedGuarded;
  /** Where the stack is deployed. Default: it is not deployed. */
  deployedPlace?: DeployedPlace;
  /** Where the namespace in the state comes from. Default: the state has none. */
  deployedNamespace?: NamespaceOrigin;
  /** The stack to record as owner of the namespace and the releases. Default: no owner is recorded. */
  owner?: Owner;
  /** Name of the stack, for messages. Default: the name of the environment. */
  stack?: string;
  /** The project's changes to the plan. Default: none. */
  transform?: Transform;
  /** The remedies in messages. Default: commands for the stack. */
  remedies?: Remedies;
}

/** Resolves an application in its environment. */
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

/** Resolves an application in its environment, with its charts and what is deployed. */
export function createContext(
  declared: Application,
  settings: Settings,
  {
    charts,
    deployed = {},
    deployedGuarded = {},
    deployedQuota,
    deployedPlace,
    deployedNamespace,
    owner,
    transform,
    stack = settings.environment,
    remedies = commandRemedies(stack),
  }: Surroundings,
): PlanContext {
  const app = createAppContext(declared, settings);
  return {
    ...app,
    charts,
    deployed,
    deployedGuarded,
    deployedQuota,
    deployedPlace,
    deployedNamespace,
    owner,
    transform,
    stack,
    remedies,
    gates: mapValues(app.stores, (_, name) => rotationGate({ stores: app.stores, deployed }, name)),
  };
}
