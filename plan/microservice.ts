/** A service as a release of the shared chart, and the Secret its environment needs. */
import type { Settings } from "../config/schema";
import type { Application, Service } from "../model/application";
import { own, servicePort } from "../model/graph";
import { nameOfPath } from "../model/names";
import { DEFAULT_USER, RESOURCES_BY_LANGUAGE } from "../model/presets";
import { mentionsPassword } from "../model/text";
import { type Charts, describeChart } from "./chart";
import { shortDigest } from "./digest";
import { fill, fillSecret, hostOf, portOf } from "./hosts";
import { commonLabels, directLabels } from "./labels";
import type { ReleasePlan, SecretPlan, SecretText, Value, Values } from "./plan";
import { probesOf, startupSecondsOf } from "./probes";
import { mergeResources } from "./resources";
import { storeTimeout } from "./stores";

/** Seconds a rollout may take besides the pods' own start: scheduling, image pulls, waiting for stores. */
const ROLLOUT_SECONDS = 180;

/** Name of the Secret with a service's environment variables that hold a password. */
export const serviceSecretName = (service: string) => `${service}-env`;

/** The Secret with the texts that mention a password, or undefined when none does. */
export function planServiceSecret(
  application: Application,
  settings: Settings,
  name: string,
): SecretPlan | undefined {
  const secretTexts = Object.entries(own(application.services, name)?.env ?? {}).filter(
    ([key, value]) => mentionsPassword(value) && settings.services[name]?.env?.[key] === undefined,
  );
  if (secretTexts.length === 0) return undefined;
  return {
    owner: name,
    labels: directLabels(application.name, settings.environment),
    protect: false,
    keys: Object.fromEntries(
      secretTexts.map(([key, value]): [string, SecretText] => [key, fillSecret(application, value)]),
    ),
  };
}

/** The release of one service. */
export function planMicroservice(
  application: Application,
  settings: Settings,
  charts: Charts,
  name: string,
  service: Service,
): ReleasePlan {
  const overrides = settings.services[name] ?? {};
  const stores = (service.uses ?? []).filter((target) => own(application.stores, target));
  const usedServices = (service.uses ?? []).filter((target) => own(application.services, target));
  const replicas = overrides.replicas ?? settings.replicas;
  const secret = planServiceSecret(application, settings, name);
  return {
    name,
    kind: "service",
    chart: { path: charts.microservice.path },
    description: describeChart(charts.microservice),
    values: prune({
      fullnameOverride: name,
      labels: commonLabels(application.name, settings.environment),
      image: imageOf(service, settings, name),
      replicas,
      command: [...(service.command ?? [])],
      args: [...(service.args ?? [])],
      env: environmentOf(application, service, name, overrides.env ?? {}),
      ports: Object.fromEntries(
        Object.entries(service.ports ?? {}).map(([key, port]) => [
          key,
          { container: port.container, service: servicePort(port), protocol: port.protocol },
        ]),
      ),
      probes: probesOf(service),
      resources: mergeResources(
        service.resources ?? RESOURCES_BY_LANGUAGE[service.language],
        overrides.resources,
      ),
      user: { ...(service.user ?? DEFAULT_USER) },
      sysctls: { ...service.sysctls },
      writable: Object.fromEntries((service.writable ?? []).map((path) => [nameOfPath(path), path])),
      files: Object.fromEntries(
        Object.entries(service.files ?? {}).map(([path, text]) => [
          nameOfPath(path),
          { path, content: fill(application, text) },
        ]),
      ),
      waitFor: Object.fromEntries(
        stores.map((store) => [
          store,
          { host: hostOf(application, store), port: portOf(application, store) },
        ]),
      ),
      waitForNames: Object.fromEntries(
        (service.needsNames ? usedServices : []).map((target) => [
          target,
          { host: target, port: portOf(application, target) },
        ]),
      ),
      // A changed connection string rolls the pods; only names of credentials go into the digest.
      ...(secret ? { secretChecksum: shortDigest(JSON.stringify(secret.keys)) } : {}),
      ingress: ingressOf(service, settings),
    }),
    needs: stores,
    secrets: secret ? [serviceSecretName(name)] : [],
    timeoutSeconds:
      ROLLOUT_SECONDS +
      startupSecondsOf(service) * Math.max(1, replicas) +
      (service.needsNames ? secondsUntilNames(application, usedServices) : 0),
    protect: false,
  };
}

/** Seconds until the Services of others exist: their releases begin when the stores they use are ready. */
function secondsUntilNames(application: Application, services: readonly string[]): number {
  const stores = services.flatMap((name) => own(application.services, name)?.uses ?? []);
  const seconds = stores
    .map((name) => own(application.stores, name))
    .map((store) => (store ? storeTimeout(store) : 0));
  return Math.max(0, ...seconds);
}

/** Image of a service with the stack's overrides. */
export function imageOf(
  service: Service,
  settings: Settings,
  name: string,
): { repository: string; tag: string } {
  const overrides = settings.services[name] ?? {};
  return {
    repository: overrides.repository ?? service.image.repository,
    tag: overrides.tag ?? service.image.tag,
  };
}

/** Plain values as they are, those with a password by Secret and key. The stack's own come last. */
function environmentOf(
  application: Application,
  service: Service,
  name: string,
  overrides: Record<string, string>,
): Values {
  const inventory = Object.entries(service.env ?? {}).map(([key, value]): [string, Value] => [
    key,
    mentionsPassword(value) ? { secret: serviceSecretName(name), key } : fill(application, value),
  ]);
  return { ...Object.fromEntries(inventory), ...overrides };
}

function ingressOf(service: Service, settings: Settings): Values {
  if (service.publicPort === undefined || settings.ingress === undefined) return {};
  const { host, className, tlsSecret } = settings.ingress;
  return {
    host,
    port: service.publicPort,
    ...(className === undefined ? {} : { className }),
    ...(tlsSecret === undefined ? {} : { tlsSecret }),
  };
}

/** Leaves out what says nothing, so that a preview shows only what counts. */
function prune(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => typeof value !== "object" || Object.keys(value).length > 0),
  );
}
