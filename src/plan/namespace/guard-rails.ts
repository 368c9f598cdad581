/** Manifests of the objects around the releases, which Pulumi creates itself. */
import { compact } from "../../model/records";
import type { NamespacePlan } from "../plan";

/**
 * Returns the manifests of the namespace, the container defaults, the isolation and the quota of an application, as far as it
 * has them. A namespace that others own has a manifest while it is in the state, with only its name.
 */
export function guardRails({
  name,
  create = true,
  retain = false,
  prefix,
  labels,
  annotations = {},
  podSecurity,
  containerDefaults,
  isolation,
  quota,
}: Omit<NamespacePlan, "annotations" | "quotaLast" | "protect"> &
  Partial<Pick<NamespacePlan, "annotations">>) {
  const metadata = (own: string) => ({ name: own, namespace: name, labels });
  return compact({
    namespace:
      create || retain
        ? {
            apiVersion: "v1" as const,
            kind: "Namespace" as const,
            metadata: {
              name,
              ...(create ? { labels: { ...labels, ...podSecurity } } : {}),
              ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
            },
          }
        : undefined,
    containerDefaults: containerDefaults && {
      apiVersion: "v1" as const,
      kind: "LimitRange" as const,
      metadata: metadata("flotilla"),
      spec: {
        limits: [
          {
            type: "Container",
            default: containerDefaults.limits,
            defaultRequest: containerDefaults.requests,
          },
        ],
      },
    },
    isolation: isolation && {
      apiVersion: "networking.k8s.io/v1" as const,
      kind: "NetworkPolicy" as const,
      metadata: metadata(prefix === undefined ? "default-deny" : `${prefix}-default-deny`),
      spec: isolation,
    },
    quota:
      Object.keys(quota).length === 0
        ? undefined
        : {
            apiVersion: "v1" as const,
            kind: "ResourceQuota" as const,
            metadata: metadata(prefix ?? "flotilla"),
            spec: { hard: quota },
          },
  });
}
