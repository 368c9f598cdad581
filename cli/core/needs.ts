/** What a plan takes of a cluster: kinds it must serve, what one must be allowed to do with them, storage. */
import type { Settings } from "../../src/config/schema";
import { guardRails } from "../../src/plan/namespace/guard-rails";
import type { Plan } from "../../src/plan/plan";
import type { ManifestObject } from "./diff/manifests";

/** A kind of object, as manifests name it. */
export interface Kind {
  apiVersion: string;
  kind: string;
}

/** What Helm and Pulumi do with the objects they make. */
export const VERBS = ["get", "create", "patch", "delete"] as const;

/** What Helm reads to see whether a release is ready, and keeps its own records in. */
export const READ: readonly { group: string; resource: string; verb: string }[] = [
  { group: "", resource: "secrets", verb: "list" },
  { group: "", resource: "secrets", verb: "update" },
  { group: "", resource: "pods", verb: "list" },
  { group: "apps", resource: "replicasets", verb: "list" },
];

/**
 * The kinds that Bitnami's charts create, for charts that are not on this machine. Each profile has a StatefulSet, Services, a
 * ServiceAccount, a NetworkPolicy and ConfigMaps (rabbitmq a Secret in their place); the replicated ones add PodDisruptionBudgets,
 * and rabbitmq's a Role with its RoleBinding. Source: `helm template` of https://github.com/bitnami/charts as of 2026-07-01, with
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

/** Every kind that the plan makes, once each. */
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

/** Who brings a group of kinds that Kubernetes itself does not have. */
export const PROVIDED_BY: Record<string, string> = {
  "external-secrets.io":
    "the External Secrets Operator (0.16 or later), or take flotilla:externalSecrets out",
  "monitoring.coreos.com": "the Prometheus operator, or take flotilla:monitoring.serviceMonitor out",
};

/** The storage classes that stores name; undefined stands for the cluster's default. */
export function storageClassesOf(settings: Settings, stores: readonly string[]): (string | undefined)[] {
  const named = stores.map((store) => settings.stores[store]?.storageClass ?? settings.storageClass);
  return [...new Set(named)];
}
