/** What a plan needs from a cluster: API kinds, permissions and storage classes. */
import type { Settings } from "../../src/config/schema";
import type { Application } from "../../src/model/application";
import { guardRails } from "../../src/plan/namespace/guard-rails";
import type { Plan } from "../../src/plan/plan";
import { volumeShapes } from "../../src/plan/services/volumes";
import type { ManifestObject } from "./diff/manifests";

/** A kind of object, as in manifests. */
export interface Kind {
  apiVersion: string;
  kind: string;
}

/** The verbs that Helm and Pulumi need on the objects they create. */
export const VERBS = ["get", "create", "patch", "delete"] as const;

/** The permissions that Helm needs to watch readiness and to store its release records. */
export const READ: readonly { group: string; resource: string; verb: string }[] = [
  { group: "", resource: "secrets", verb: "list" },
  { group: "", resource: "secrets", verb: "update" },
  { group: "", resource: "pods", verb: "list" },
  { group: "apps", resource: "replicasets", verb: "list" },
];

/**
 * The kinds that Bitnami's charts create, for charts that are not on this machine. Each profile has a StatefulSet, Services, a
 * ServiceAccount, a NetworkPolicy and ConfigMaps (rabbitmq a Secret instead); replicated profiles add PodDisruptionBudgets, and
 * rabbitmq adds a Role with its RoleBinding. Source: `helm template` of https://github.com/bitnami/charts as of 2026-07-01, with
 * mysql 14.0.5, mongodb 17.0.2, redis 23.1.1 and rabbitmq 16.0.16.
 */
const BITNAMI: readonly Kind[] = [
  { apiVersion: "apps/v1", kind: "StatefulSet" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Secret" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
];

/** Returns the kinds that the plan creates, once each. */
export function kindsOf(
  plan: Plan,
  settings: Settings,
  objects: readonly ManifestObject[],
  allRendered: boolean,
): Kind[] {
  const isExternal = Object.values(plan.secrets).some(({ external }) => external);
  const kinds: Kind[] = [
    ...Object.values(guardRails(plan.namespace)).map(({ apiVersion, kind }) => ({ apiVersion, kind })),
    { apiVersion: "v1", kind: "Secret" },
    ...(isExternal ? [{ apiVersion: "external-secrets.io/v1", kind: "ExternalSecret" }] : []),
    ...objects.flatMap(({ apiVersion, kind }) => (apiVersion && kind ? [{ apiVersion, kind }] : [])),
    ...(allRendered ? [] : BITNAMI),
    ...(!allRendered && settings.monitoring?.serviceMonitor
      ? [{ apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor" }]
      : []),
  ];
  return [...new Map(kinds.map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind])).values()];
}

/** Who provides API groups that are not part of Kubernetes, and the alternative. */
export const PROVIDED_BY: Record<string, string> = {
  "gateway.networking.k8s.io": "the Gateway API with a gateway controller, or use flotilla:ingress",
  "external-secrets.io": "the External Secrets Operator (0.16 or later), or remove flotilla:externalSecrets",
  "monitoring.coreos.com": "the Prometheus operator, or remove flotilla:monitoring.serviceMonitor",
};

/** Returns the storage classes of stores and of the volumes of services; undefined stands for the cluster's default. */
export function storageClassesOf(
  settings: Settings,
  { stores, services }: Pick<Application, "stores" | "services">,
): (string | undefined)[] {
  const ofStores = Object.keys(stores).map(
    (store) => settings.stores[store]?.storageClass ?? settings.storageClass,
  );
  const ofServices = Object.entries(services).flatMap(([name, service]) =>
    Object.values(volumeShapes(settings, name, service)).map(({ storageClass }) => storageClass),
  );
  return [...new Set([...ofStores, ...ofServices])];
}
