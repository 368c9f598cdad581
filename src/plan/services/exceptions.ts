/** What a service may do that others may not, and the checks that do not apply to it, each with the inventory's reason. */
import type { Service } from "../../model/application";
import type { MicroserviceValues } from "./microservice-values";

/** The chart's `exceptions`. */
export const exceptionsOf = (service: Service): MicroserviceValues["exceptions"] => ({
  ...lowUserExceptions(service.user?.reason),
  ...noProbeExceptions(service.noProbe),
  ...connectionExceptions(service),
  ...tokenExceptions(service.permissions),
});

/** The check that wants liveness to ask something else than readiness does. */
const connectionExceptions = ({ probe, liveness }: Service): MicroserviceValues["exceptions"] =>
  probe && "tcp" in probe && !liveness
    ? {
        connection: {
          reason: "it speaks neither HTTP nor gRPC: whether it takes connections is all that can be asked",
          kubeScore: "pod-probes-identical",
        },
      }
    : {};

/** The checks that ask for a user from 10000 on, answered with the image's reason. */
const lowUserExceptions = (reason: string | undefined): MicroserviceValues["exceptions"] =>
  reason === undefined
    ? {}
    : { user: { reason, kubeScore: "container-security-context-user-group-id", checkov: "CKV_K8S_40" } };

/** The checks that ask for probes, answered with the image's reason. */
const noProbeExceptions = (reason: string | undefined): MicroserviceValues["exceptions"] =>
  reason === undefined
    ? {}
    : { liveness: { reason, checkov: "CKV_K8S_8" }, readiness: { reason, checkov: "CKV_K8S_9" } };

/** The check that asks for pods without a token, answered with the first reason. */
function tokenExceptions(permissions: Service["permissions"]): MicroserviceValues["exceptions"] {
  const [permission] = Object.values(permissions ?? {});
  return permission ? { token: { reason: permission.reason, checkov: "CKV_K8S_38" } } : {};
}

/** A Role for named objects, and a token to use it with. */
export function permissionsOf({
  permissions = {},
}: Service): Pick<MicroserviceValues, "rbac" | "serviceAccount"> {
  const rules = Object.entries(permissions).map(([key, { apiGroup = "", resources, names, verbs }]) => [
    key,
    { apiGroups: [apiGroup], resources: [...resources], resourceNames: [...names], verbs: [...verbs] },
  ]);
  return rules.length === 0
    ? {}
    : { rbac: Object.fromEntries(rules), serviceAccount: { automountToken: true } };
}
