/** plan(application, settings): the one function everything else stands on. The same input gives the same plan. */
import type { Settings } from "../config/schema";
import type { Application } from "../model/application";
import { edgesOf, own } from "../model/graph";
import { type Problem, refuse } from "../model/problems";
import { validateApplication } from "../model/validate";
import type { Charts } from "./chart";
import { resourceProblems, schemaProblems } from "./check";
import { credentialsOf, hasSecret, secretKeysOf, storeSecretName } from "./credentials";
import { hostOf, portOf } from "./hosts";
import { directLabels } from "./labels";
import {
  imageOf,
  planMicroservice,
  planServiceSecret,
  serviceResources,
  serviceSecretName,
} from "./microservice";
import type { Plan, PlanOutputs, ReleasePlan, SecretPlan } from "./plan";
import { mergeResources } from "./resources";
import { planStore, protectsStores } from "./stores";

/** @throws FlotillaError with every problem of the inventory and of its fit with the settings. */
export function plan(application: Application, settings: Settings, charts: Charts): Plan {
  const namespace = settings.namespace ?? `${application.name}-${settings.environment}`;
  refuse(validateApplication(application));
  const stores = Object.entries(application.stores);
  const services = Object.entries(application.services);
  const releases = [
    ...stores.map(([name, store]) => planStore(application, settings, charts, namespace, name, store)),
    ...services.map(([name, service]) => planMicroservice(application, settings, charts, name, service)),
  ];
  refuse([...checkResources(application, settings), ...checkValues(application, charts, releases)]);
  return {
    application: application.name,
    environment: settings.environment,
    namespace: {
      name: namespace,
      labels: namespaceLabels(application, settings),
      protect: protectsStores(settings),
    },
    edges: edgesOf(application),
    credentials: Object.assign(
      {},
      ...stores.map(([name, store]) => credentialsOf(name, store, protectsStores(settings))),
    ),
    secrets: { ...storeSecrets(application, settings), ...serviceSecrets(application, settings) },
    releases: byName(releases),
    outputs: outputsOf(application, settings),
  };
}

function checkResources(application: Application, settings: Settings): Problem[] {
  // What the stack says comes last, so that is where to mend it.
  const where = (kind: "service" | "store", name: string) =>
    own<{ resources?: object }>(settings[`${kind}s`], name)?.resources
      ? `flotilla:${kind}s.${name}.resources`
      : `apps/${application.name}.ts: ${kind} ${name}`;
  return [
    ...Object.entries(application.services).flatMap(([name, service]) =>
      resourceProblems(
        where("service", name),
        serviceResources(service, own(settings.services, name)?.resources),
      ),
    ),
    ...Object.entries(application.stores).flatMap(([name, { resources }]) =>
      resourceProblems(
        where("store", name),
        mergeResources(resources, own(settings.stores, name)?.resources),
      ),
    ),
  ];
}

function checkValues(application: Application, charts: Charts, releases: readonly ReleasePlan[]): Problem[] {
  const local = [charts.microservice, charts.store];
  return releases.flatMap((release) => {
    const { chart } = release;
    const known = "path" in chart ? local.find(({ path }) => path === chart.path) : undefined;
    return known ? schemaProblems(application.name, release, known) : [];
  });
}

/** Pod Security `restricted` is enforced: every service and store is planned to meet it. */
function namespaceLabels(application: Application, settings: Settings): Record<string, string> {
  return {
    ...directLabels(application, settings),
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/warn": "restricted",
  };
}

function storeSecrets(application: Application, settings: Settings): Record<string, SecretPlan> {
  const stores = Object.entries(application.stores).filter(([, store]) => hasSecret(store));
  const secrets = stores.map(([name, store]): [string, SecretPlan] => [
    storeSecretName(name),
    {
      owner: name,
      labels: directLabels(application, settings),
      protect: protectsStores(settings),
      keys: secretKeysOf(name, store),
    },
  ]);
  return Object.fromEntries(secrets);
}

function serviceSecrets(application: Application, settings: Settings): Record<string, SecretPlan> {
  return Object.fromEntries(
    Object.keys(application.services).flatMap((name) => {
      const secret = planServiceSecret(application, settings, name);
      return secret ? [[serviceSecretName(name), secret]] : [];
    }),
  );
}

function byName(releases: ReleasePlan[]): Record<string, ReleasePlan> {
  return Object.fromEntries(releases.map((release) => [release.name, release]));
}

function outputsOf(application: Application, settings: Settings): PlanOutputs {
  const services = Object.entries(application.services).map(([name, service]) => {
    const { repository, tag } = imageOf(service, settings, name);
    const [port] = Object.values(service.ports ?? {});
    // gRPC has no scheme that everyone agrees on; http is what clients and proxies take.
    const url = port
      ? `${port.protocol === "tcp" ? "tcp" : "http"}://${name}:${portOf(application, name)}`
      : undefined;
    return [name, { ...(url === undefined ? {} : { url }), image: `${repository}:${tag}` }] as const;
  });
  const stores = Object.entries(application.stores).map(([name, store]) => {
    const secret = hasSecret(store) ? { secret: storeSecretName(name) } : {};
    return [name, { host: hostOf(application, name), port: portOf(application, name), ...secret }] as const;
  });
  const publicUrl = publicUrlOf(application, settings);
  return {
    services: Object.fromEntries(services),
    stores: Object.fromEntries(stores),
    ...(publicUrl === undefined ? {} : { publicUrl }),
  };
}

function publicUrlOf(application: Application, { ingress }: Settings): string | undefined {
  const isPublic = Object.keys(application.services).some(
    (name) => own(application.services, name)?.publicPort !== undefined,
  );
  return ingress && isPublic ? `${ingress.tlsSecret ? "https" : "http"}://${ingress.host}` : undefined;
}
