/** Every application in every environment, with the settings of the project's own stack files. */
import { catalogue } from "../apps";
import { PROJECT } from "../cli/tools/paths";
import { merge } from "../src/config/merge";
import { ENVIRONMENTS, type Environment } from "../src/config/schema";
import { stackConfig } from "../src/config/stack";
import type { Application } from "../src/model/application";
import { readCatalogue } from "../src/model/inventory/read";
import { plan } from "../src/plan";
import { createContext } from "../src/plan/context";
import { accountCredentials } from "../src/plan/credentials/externals";
import type { Deployed } from "../src/plan/deployed";
import { inEnvironment } from "../src/plan/environment";
import type { Plan } from "../src/plan/plan";
import { readProjectFiles } from "../src/runtime/project-files";
import { charts, settingsOf } from "./support";

export interface Planned {
  /** The inventory, resolved for the environment. */
  application: Application;
  environment: Environment;
  plan: Plan;
  config: Record<string, unknown>;
}

/** Returns the config of a stack file for any application, without the settings of Robot Shop's services and stores. */
export function configOf(application: string, environment: Environment): Record<string, unknown> {
  const config = merge(stackConfig(readProjectFiles(PROJECT), environment).files).values;
  const { services, stores, ...common } = config;
  return {
    ...common,
    ...(application === "robot-shop" ? { services, stores } : {}),
    application,
    credentials: credentialsFor(application, common.standIns === true),
  };
}

/** Returns a password for each account that Flotilla does not create. */
function credentialsFor(application: string, standIns: boolean): Record<string, string> | undefined {
  if (standIns) return undefined;
  const described = readCatalogue(catalogue)[application];
  const accounts = described ? accountCredentials(described) : [];
  return accounts.length === 0 ? undefined : Object.fromEntries(accounts.map((name) => [name, "given"]));
}

/** Plans an application in an environment, with additional settings. */
export function planned(
  application: string,
  environment: Environment,
  more: Record<string, unknown> = {},
  deployed: Deployed = {},
): Planned {
  const config = { ...configOf(application, environment), ...more };
  const { settings, application: declared } = settingsOf(config);
  return {
    application: inEnvironment(declared, settings),
    environment,
    plan: plan(createContext(declared, settings, { charts, deployed })),
    config,
  };
}

/** Settings that can be rendered with the charts of this repository: single-pod stores. */
export const LOCAL_CHARTS = { distribution: "upstream", profile: "standalone", charts: undefined };

/** All applications in all environments, with the charts of this repository. */
export const EVERYWHERE: Planned[] = Object.keys(catalogue).flatMap((application) =>
  ENVIRONMENTS.map((environment) => planned(application, environment, LOCAL_CHARTS)),
);

/** Finds an application in an environment. */
export function find(name: string, environment: Environment): Planned {
  const found = EVERYWHERE.find(
    (candidate) => candidate.application.name === name && candidate.environment === environment,
  );
  if (!found) throw new Error(`there is no ${name} in ${environment}`);
  return found;
}
