/** Plans the namespace: the stack's own with guard rails for every pod, or a place in a namespace that others own. */
import { chosenNamespace } from "../../config/namespace";
import type { PlanContext } from "../context";
import { ADOPTED, directLabels, OWNER, OWNER_ID } from "../labels";
import type { NamespacePlan } from "../plan";
import { quotaOf, settingsQuota } from "./quota";

/** Requests and limits of containers that are started manually. Planned containers set their own. */
const CONTAINER_DEFAULTS: NamespacePlan["containerDefaults"] = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { memory: "256Mi" },
};

/** Labels that enforce Pod Security `restricted`, which every planned service and store meets. */
const POD_SECURITY: Record<string, string> = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
  "pod-security.kubernetes.io/audit": "restricted",
};

const POLICY_TYPES = ["Ingress", "Egress"];

/** Plans the namespace of an application with these releases. */
export function planNamespace(context: PlanContext, releases: readonly string[]): NamespacePlan {
  return chosenNamespace(context.settings.namespace).create
    ? ownNamespace(context)
    : place(context, releases);
}

function ownNamespace(context: PlanContext): NamespacePlan {
  const { owner, deployedNamespace } = context;
  const quota = quotaOf(context);
  const planned: NamespacePlan = {
    name: context.namespace,
    labels: directLabels(context),
    annotations: owner === undefined ? {} : { [OWNER]: owner.stack, [OWNER_ID]: owner.id },
    podSecurity: POD_SECURITY,
    quota: quota.hard,
    quotaLast: quota.lowered,
    isolation: { podSelector: {}, policyTypes: POLICY_TYPES },
    containerDefaults: CONTAINER_DEFAULTS,
    protect: true,
  };
  return deployedNamespace === "adopted" ? asAdopted(planned) : planned;
}

/** Returns the plan of a namespace that the stack takes over from others. It stays when the stack is destroyed. */
export const asAdopted = (planned: NamespacePlan): NamespacePlan => ({
  ...planned,
  annotations: { ...planned.annotations, [ADOPTED]: "true" },
  retain: true,
});

/**
 * Plans the stack's objects in a namespace that others own. None of them affects the others' pods. A namespace that the stack
 * created earlier stays in the state: otherwise the engine would delete it.
 */
function place(context: PlanContext, releases: readonly string[]): NamespacePlan {
  const { application, settings, deployedNamespace } = context;
  return {
    name: context.namespace,
    create: false,
    ...(deployedNamespace === undefined ? {} : { retain: true }),
    prefix: `${application.name}-${settings.environment}`,
    labels: directLabels(context),
    annotations: {},
    podSecurity: {},
    quota: settingsQuota(context),
    quotaLast: false,
    ...(releases.length === 0
      ? {}
      : {
          isolation: {
            podSelector: {
              matchExpressions: [
                { key: "app.kubernetes.io/instance", operator: "In", values: [...releases].sort() },
              ],
            },
            policyTypes: POLICY_TYPES,
          },
        }),
    protect: true,
  };
}
