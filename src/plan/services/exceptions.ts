/** Plans the exceptions of a service: its permissions, and the checks that do not apply, with the inventory's reasons. */
import type { Service } from "../../model/application";
import { compact } from "../../model/records";
import type { MicroserviceValues } from "./microservice-values";

/** Returns the chart's `exceptions`. */
export const exceptionsOf = (service: Service): MicroserviceValues["exceptions"] => ({
  ...lowUserExceptions(service.user?.reason),
  ...noProbeExceptions(service.noProbe),
  ...connectionExceptions(service),
  ...tokenExceptions(service.permissions),
  ...capabilityExceptions(service.netBindService),
});

/** Exception from the check that liveness and readiness differ, for a service whose only probe is its port. */
const connectionExceptions = ({ probe, liveness }: Service): MicroserviceValues["exceptions"] =>
  probe && "tcp" in probe && !liveness
    ? {
        connection: {
          reason: "it speaks neither HTTP nor gRPC: whether it takes connections is all that can be asked",
          kubeScore: "pod-probes-identical",
        },
      }
    : {};

/** Exceptions from the checks that require a user ID of at least 10000. */
const lowUserExceptions = (reason: string | undefined): MicroserviceValues["exceptions"] =>
  reason === undefined
    ? {}
    : { user: { reason, kubeScore: "container-security-context-user-group-id", checkov: "CKV_K8S_40" } };

/** Exceptions from the checks that require probes. */
const noProbeExceptions = (reason: string | undefined): MicroserviceValues["exceptions"] =>
  reason === undefined
    ? {}
    : { liveness: { reason, checkov: "CKV_K8S_8" }, readiness: { reason, checkov: "CKV_K8S_9" } };

/** Exception from the check that pods have no token, with the reason of the first permission. */
function tokenExceptions(permissions: Service["permissions"]): MicroserviceValues["exceptions"] {
  const [permission] = Object.values(permissions ?? {});
  return permission ? { token: { reason: permission.reason, checkov: "CKV_K8S_38" } } : {};
}

/** Exceptions from the checks that no capability is added. */
const capabilityExceptions = (reason: string | undefined): MicroserviceValues["exceptions"] =>
  reason === undefined ? {} : { capability: { reason, checkov: "CKV_K8S_25" } };

/** Returns the values for a Role with the service's permissions, and for a token. */
export function permissionsOf({
  permissions = {},
  serviceAccountAnnotations,
}: Service): Pick<MicroserviceValues, "rbac" | "serviceAccount"> {
  const rules = Object.entries(permissions).map(([key, { apiGroup = "", resources, names, verbs }]) => [
    key,
    { apiGroups: [apiGroup], resources: [...resources], resourceNames: [...names], verbs: [...verbs] },
  ]);
  return {
    rbac: Object.fromEntries(rules),
    serviceAccount: compact({
      annotations: serviceAccountAnnotations,
      automountToken: rules.length === 0 ? undefined : true,
    }),
  };
}
