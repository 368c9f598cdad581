/** The names of the objects that an update creates, as far as the plan knows them without rendering charts. */
import type { Deployed } from "./deployed";
import { guardRails } from "./namespace/guard-rails";
import type { Plan, ReleasePlan, Values } from "./plan";
import type { MicroserviceValues } from "./services/microservice-values";

/** Identifies an object within a namespace. */
export interface ObjectName {
  apiVersion: string;
  kind: string;
  name: string;
}

/** An object that an update creates. */
export interface CreatedObject extends ObjectName {
  /** The namespace of the object. */
  namespace: string;
  /** The release of the object. Undefined if Pulumi creates it itself. */
  release?: string;
}

/** Returns the short name of an object, such as `Secret/web-env`. */
export const shortName = ({ kind, name }: Pick<ObjectName, "kind" | "name">): string => `${kind}/${name}`;

/**
 * Returns the objects that an update creates: all objects of new releases, new objects of deployed releases, and objects that
 * Pulumi creates itself. `known` are the short names of the objects in the state. Releases of remote charts are left out, because
 * their objects are only known after rendering.
 */
export function createdObjects(
  { namespace, releases, secrets }: Plan,
  deployed: Deployed,
  known: readonly string[],
): CreatedObject[] {
  const ofReleases = Object.values(releases).flatMap(({ name, chart, values }) => {
    const there = deployed[name];
    const before = new Set((there ? objectNames(name, there.chart, there.values) : []).map(shortName));
    return objectNames(name, chartOf(chart), values)
      .filter((object) => !before.has(shortName(object)))
      .map((object) => ({ ...object, namespace: namespace.name, release: name }));
  });
  const { namespace: _, ...rails } = guardRails(namespace);
  const own = [
    ...Object.values(rails).flatMap((rail) =>
      rail ? [{ apiVersion: rail.apiVersion, kind: rail.kind, name: rail.metadata.name }] : [],
    ),
    ...Object.entries(secrets).map(([name, { external }]) =>
      external
        ? { apiVersion: "external-secrets.io/v1", kind: "ExternalSecret", name }
        : { apiVersion: "v1", kind: "Secret", name },
    ),
  ];
  return [
    ...own
      .filter((object) => !known.includes(shortName(object)))
      .map((object) => ({ ...object, namespace: namespace.name })),
    ...ofReleases,
  ];
}

const chartOf = (chart: ReleasePlan["chart"]): string => ("path" in chart ? chart.path : chart.url);

/** Returns the objects of a release of one of the project's own charts. A chart test compares them with what Helm renders. */
export function objectNames(release: string, chart: string, values: Values): ObjectName[] {
  if (/(^|\/)charts\/microservice$/.test(chart)) return microserviceObjects(release, values);
  return /(^|\/)charts\/store$/.test(chart) ? storeObjects(release, values) : [];
}

/**
 * Returns the objects of `charts/microservice`, with the defaults of its `values.yaml`. Jobs are left out, because their name ends
 * with a digest of what is rendered, and so are `extraObjects`.
 */
function microserviceObjects(release: string, values: Values): ObjectName[] {
  const {
    fullnameOverride: name = release,
    workload = "Deployment",
    replicas = 1,
    ports = {},
    config = {},
    autoscaling = {},
    keda = {},
    podDisruptionBudget = {},
    serviceAccount = {},
    networkPolicy = {},
    rbac = {},
    ingress = {},
    ingresses = {},
    httpRoutes = {},
    grpcRoutes = {},
    externalSecrets = {},
    claims = {},
    monitor = {},
    alerts = {},
  } = values as unknown as MicroserviceValues;
  const { minReplicas = autoscaling.enabled ? 2 : 1 } = autoscaling.enabled ? autoscaling : keda;
  const fewest = autoscaling.enabled || keda.enabled ? minReplicas : replicas;
  const isServed = Object.values(ports).some(({ expose }) => expose !== false);
  const object = (apiVersion: string, kind: string, isPlanned: boolean, own = name): ObjectName[] =>
    isPlanned ? [{ apiVersion, kind, name: own }] : [];
  const each = (apiVersion: string, kind: string, named: object): ObjectName[] =>
    Object.keys(named).map((key) => ({ apiVersion, kind, name: `${name}-${key}` }));
  return [
    ...object(workload === "CronJob" ? "batch/v1" : "apps/v1", workload, workload !== "Job"),
    ...object("v1", "Service", isServed),
    ...object("v1", "Service", workload === "StatefulSet", `${name}-headless`),
    ...object("v1", "ConfigMap", hasKeys(config.env), `${name}-env`),
    ...object("v1", "ConfigMap", hasKeys(config.files), `${name}-files`),
    ...object("v1", "ServiceAccount", serviceAccount.create !== false, serviceAccount.name || name),
    ...object("networking.k8s.io/v1", "NetworkPolicy", networkPolicy.enabled !== false),
    ...object("networking.k8s.io/v1", "Ingress", hasKeys(ingress.hosts)),
    ...object("rbac.authorization.k8s.io/v1", "Role", hasKeys(rbac)),
    ...object("rbac.authorization.k8s.io/v1", "RoleBinding", hasKeys(rbac)),
    ...object("autoscaling/v2", "HorizontalPodAutoscaler", autoscaling.enabled === true),
    ...object("keda.sh/v1alpha1", "ScaledObject", keda.enabled === true),
    ...object(
      "policy/v1",
      "PodDisruptionBudget",
      podDisruptionBudget.enabled !== false && WITH_BUDGET.includes(workload) && fewest >= 2,
    ),
    ...object("monitoring.coreos.com/v1", "ServiceMonitor", monitor.kind === "ServiceMonitor"),
    ...object("monitoring.coreos.com/v1", "PodMonitor", monitor.kind === "PodMonitor"),
    ...object("monitoring.coreos.com/v1", "PrometheusRule", hasKeys(alerts)),
    ...each("networking.k8s.io/v1", "Ingress", ingresses),
    ...each("gateway.networking.k8s.io/v1", "HTTPRoute", httpRoutes),
    ...each("gateway.networking.k8s.io/v1", "GRPCRoute", grpcRoutes),
    ...each("external-secrets.io/v1", "ExternalSecret", externalSecrets),
    ...each("v1", "PersistentVolumeClaim", claims),
  ];
}

/** Workloads for which the chart creates a disruption budget. */
const WITH_BUDGET: readonly string[] = ["Deployment", "StatefulSet"];

const hasKeys = (value: object | undefined): boolean => Object.keys(value ?? {}).length > 0;

/** Returns the objects of `charts/store`. */
function storeObjects(release: string, { fullnameOverride, host }: Values): ObjectName[] {
  const name = typeof fullnameOverride === "string" ? fullnameOverride : release;
  return [
    { apiVersion: "apps/v1", kind: "StatefulSet", name },
    { apiVersion: "v1", kind: "Service", name: typeof host === "string" && host !== "" ? host : name },
    { apiVersion: "v1", kind: "Service", name: `${name}-headless` },
    { apiVersion: "v1", kind: "ServiceAccount", name },
    { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", name },
  ];
}
