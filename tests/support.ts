/** Helpers of several suites: plans of the real inventory and of applications made for a test. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../apps";
import { PROJECT } from "../cli/tools/paths";
import { givenCredentials } from "../src/config/credentials";
import { unwritten } from "../src/config/file";
import { readSettings, type StackConfig, type StackSettings } from "../src/config/settings";
import { type ProjectFiles, stackConfig } from "../src/config/stack";
import type { Application, Service, Store } from "../src/model/application";
import { FlotillaError, type Problem } from "../src/model/problems";
import type { Catalogue } from "../src/model/written";
import { plan } from "../src/plan";
import { type Charts, readCharts } from "../src/plan/chart";
import { createContext, type PlanContext, type Surroundings } from "../src/plan/context";
import type { Deployed } from "../src/plan/deployed";
import type { Plan } from "../src/plan/plan";
import type { MicroserviceValues } from "../src/plan/services/microservice-values";

export const charts: Charts = readCharts(PROJECT);

/** Reads settings from the values of a stack file. */
export const settingsOf = (config: Record<string, unknown>, applications: Catalogue = catalogue) =>
  readSettings(configOf(config), applications);

/** Returns the config of a stack from the values of its file. */
function configOf(config: Record<string, unknown>): StackConfig {
  const values = Object.fromEntries(
    Object.entries({ application: "robot-shop", environment: "dev", ...config }).filter(
      ([key, value]) => value !== undefined && key !== "credentials",
    ),
  );
  const credentials =
    config.credentials === undefined
      ? undefined
      : givenCredentials("flotilla:credentials", encrypted(config.credentials));
  return { project: "flotilla", stack: "test", files: [unwritten("Pulumi.test.yaml", values)], credentials };
}

/** Returns the config and settings of a stack with an application made for a test: the input of `composePlan`. */
export function stackOf(application: Application, values: Record<string, unknown> = {}) {
  const config = configOf({ application: application.name, ...values });
  return { config, read: readSettings(config, { [application.name]: application }) };
}

/** Returns the files of a project, from the texts of stack files and layers. */
export const projectFiles = (
  stacks: Record<string, string>,
  layers: Record<string, string> = {},
): ProjectFiles => ({
  project: readFileSync(join(PROJECT, "Pulumi.yaml"), "utf8"),
  stacks,
  layers: { names: Object.keys(layers), read: (name) => layers[name] as string },
});

/** Reads the settings of a stack file and its layers. */
export const readStack = (text: string, layers: Record<string, string> = {}, stack = "test"): StackSettings =>
  readSettings(stackConfig(projectFiles({ [stack]: text }, layers), stack), catalogue);

/** Returns passwords in the form of a stack file; keeps invalid values. */
const encrypted = (credentials: unknown): unknown =>
  typeof credentials === "object" && credentials !== null
    ? Object.fromEntries(Object.keys(credentials).map((name) => [name, { secure: "?" }]))
    : credentials;

/** Returns Robot Shop's plan. */
export function planOf(config: Record<string, unknown> = {}, deployed: Deployed = {}): Plan {
  const { settings, application } = settingsOf(config);
  return plan(createContext(application, settings, { charts, deployed }));
}

/** Returns the plan of an application made for a test. */
export function planFor(
  application: Application,
  config: Record<string, unknown> = {},
  deployed: Deployed = {},
): Plan {
  return plan(contextFor(application, config, { deployed }));
}

/** Returns the plan context of an application made for a test. */
export function contextFor(
  application: Application,
  config: Record<string, unknown> = {},
  surroundings: Partial<Surroundings> = {},
): PlanContext {
  const { settings } = settingsOf(
    { application: application.name, ...config },
    { [application.name]: application },
  );
  return createContext(application, settings, { charts, ...surroundings });
}

/** Returns the values of a release of the shared chart. */
export function valuesOf({ releases }: Plan, name: string): MicroserviceValues {
  const release = releases[name];
  assert.ok(release, `there is no release ${name}`);
  return release.values as unknown as MicroserviceValues;
}

/** The variables that runtimes get from the limits of their containers. */
const LIMIT_VARIABLES = ["NODE_OPTIONS", "GOMEMLIMIT", "GOMAXPROCS"];

/** Returns the variables of a service that its inventory and its stack set. */
export const ownEnv = ({
  env = {},
}: Pick<MicroserviceValues, "env">): NonNullable<MicroserviceValues["env"]> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !LIMIT_VARIABLES.includes(name)));

export const service = (overrides: Partial<Service> = {}): Service => ({
  language: "node",
  image: { repository: "example.com/image", tag: "1.0.0" },
  ports: { http: { container: 8080, protocol: "http" } },
  probe: { http: { path: "/health", port: "http" } },
  ...overrides,
});

export const redis = (overrides: Partial<Store> = {}): Store => ({
  kind: "redis",
  resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "256Mi" } },
  storage: "1Gi",
  ...overrides,
});

/** A mysql with the account `app`, which has a generated password. */
export const mysql = (): Store => ({
  ...redis(),
  kind: "mysql",
  accounts: { app: { username: "app", database: "app", credential: { generated: true } } },
});

export const application = (overrides: Partial<Application> = {}): Application => ({
  name: "shop",
  description: "An application for a test",
  services: { web: service() },
  stores: {},
  ...overrides,
});

/** Returns the problems of the error that a call throws. */
export function problemsOf(call: () => unknown): readonly Problem[] {
  try {
    call();
  } catch (error) {
    if (error instanceof FlotillaError) return error.problems;
    throw error;
  }
  assert.fail("no error was thrown");
}
