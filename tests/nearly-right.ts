/** Stack files, inventories and values that are nearly right, and Flotilla's answers to them. */
import fc from "fast-check";
import { stringify } from "yaml";
import { catalogue } from "../apps";
import type { Application } from "../src/model/application";
import { FlotillaError, refuse } from "../src/model/problems";
import type { WrittenApplication } from "../src/model/written";
import { plan } from "../src/plan";
import { createContext } from "../src/plan/context";
import type { Plan } from "../src/plan/plan";
import { planViolations, problemsOf } from "../src/plan/rules";
import { FULL_INVENTORY } from "./full-inventory";
import { applicationArbitrary } from "./generated";
import { mutated, PLAUSIBLE, retyped } from "./mutations";
import { charts, planFor, readStack, settingsOf } from "./support";

/** Settings that together use most keys. */
const SETTINGS: readonly Record<string, unknown>[] = [
  {
    environment: "local",
    distribution: "upstream",
    namespace: "shop",
    replicas: 2,
    standIns: true,
    storageClass: "standard",
    quota: { cpu: "100", memory: "200Gi", pods: 200 },
    services: {
      cart: {
        tag: "2.1.1",
        replicas: 3,
        env: { LOG_LEVEL: "debug", EMPTY: null },
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        egress: { partner: { cidr: "10.1.0.0/16", ports: [443] } },
      },
      web: {
        autoscaling: { minReplicas: 2, maxReplicas: 6 },
        repository: "registry.example.com/web",
        tag: "1.0",
      },
      dispatch: { enabled: false },
      user: { digest: `sha256:${"0".repeat(64)}` },
    },
    stores: {
      mysql: {
        storage: "10Gi",
        generation: 2,
        resources: { requests: { memory: "1Gi" }, limits: { memory: "2Gi" } },
      },
      redis: { storageClass: "fast" },
      rabbitmq: { profile: "standalone" },
    },
  },
  {
    environment: "prod",
    distribution: "bitnami",
    application: "robot-shop",
    cluster: { context: "prod" },
    registryMirrors: { "docker.io": "mirror.example.com/hub" },
    allowedRegistries: ["mirror.example.com"],
    ingress: { host: "shop.example.com", className: "nginx", tlsSecret: "shop-tls" },
    autoscaling: { minReplicas: 3, maxReplicas: 9 },
    externals: { "payment-gateway": { host: "pay.example.com", port: 8443 } },
    stores: { mongodb: { profile: "replicated" }, redis: { profile: "replicated" } },
  },
];

/** Text of a nearly right stack file. */
export const stackFileArbitrary: fc.Arbitrary<string> = mutated(...SETTINGS).map((settings) =>
  stringify({
    config: Object.fromEntries(Object.entries(settings).map(([key, value]) => [`flotilla:${key}`, value])),
  }),
);

/** A nearly right inventory: one to three mutations to values of any type or of the same type. */
export const inventoryArbitrary: fc.Arbitrary<object> = fc.oneof(
  mutated<object>(FULL_INVENTORY),
  retyped<object>(FULL_INVENTORY),
  retyped<object>(FULL_INVENTORY, PLAUSIBLE),
  applicationArbitrary(3, 2).chain((application) =>
    fc.oneof(mutated<object>(application), retyped(application)),
  ),
);

/** Settings under which every key of an inventory has an effect. */
const STACKS: readonly Record<string, unknown>[] = [
  {
    environment: "local",
    distribution: "upstream",
    standIns: true,
    autoscaling: true,
    ingress: { host: "shop.example.com" },
    monitoring: { serviceMonitor: {} },
  },
  { environment: "staging", distribution: "upstream", profile: "standalone", replicas: 2 },
];

/** The plan, or the error message of a refusal. Every other error is a crash. */
export type Answer = { plan: Plan } | { refused: string } | { crashed: string };

export const answerToStackFile = (text: string): Answer =>
  answer(() => {
    const { settings, application } = readStack(text);
    const context = createContext(application, settings, { charts });
    const planned = plan(context);
    refuse(problemsOf(planViolations(context, planned)));
    return planned;
  });

/** Returns the answers of several stacks to an inventory. */
export const answersToInventory = (written: object): Answer[] =>
  STACKS.map((stack) =>
    answer(() => {
      const { settings, application } = settingsOf(
        { application: "fuzzed", credentials: { "bank-app": "?", "secret-mail": "?" }, ...stack },
        { fuzzed: written as WrittenApplication },
      );
      const context = createContext(application, settings, { charts });
      const planned = plan(context);
      refuse(problemsOf(planViolations(context, planned)));
      return planned;
    }),
  );

function answer(work: () => Plan): Answer {
  try {
    return { plan: work() };
  } catch (error) {
    if (error instanceof FlotillaError) return { refused: error.message };
    return { crashed: String((error as Error).stack) };
  }
}

/** The plan of Robot Shop in a local stack. */
export const VALID: Plan = planFor(catalogue["robot-shop"] as Application, {
  environment: "local",
  distribution: "upstream",
});
