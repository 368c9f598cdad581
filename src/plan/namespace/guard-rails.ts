/** Manifests of the objects around the releases, which Pulumi creates itself. */
import type { NamespacePlan } from "../plan";

/** Returns the manifests of the namespace, the container defaults, the isolation and the quota of an application. */
export function guardRails({
  name,
  labels,
  annotations = {},
  podSecurity,
  containerDefaults,
  isolation,
  quota,
}: Pick<NamespacePlan, "name" | "labels" | "podSecurity" | "containerDefaults" | "isolation" | "quota"> &
  Partial<Pick<NamespacePlan, "annotations">>) {
  const metadata = (own: string) => ({ name: own, namespace: name, labels });
  const { limits, requests } = containerDefaults;
  return {
    namespace: {
      apiVersion: "v1" as const,
      kind: "Namespace" as const,
      metadata: {
        name,
        labels: { ...labels, ...podSecurity },
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      },
    },
    containerDefaults: {
      apiVersion: "v1" as const,
      kind: "LimitRange" as const,
      metadata: metadata("flotilla"),
      spec: { limits: [{ type: "Container", default: limits, defaultRequest: requests }] },
    },
    isolation: {
      apiVersion: "networking.k8s.io/v1" as const,
      kind: "NetworkPolicy" as const,
      metadata: metadata("default-deny"),
      spec: isolation,
    },
    quota: {
      apiVersion: "v1" as const,
      kind: "ResourceQuota" as const,
      metadata: metadata("flotilla"),
      spec: { hard: quota },
    },
  };
}
