/** Rules about workloads: resources, probes, disruption budgets, numbers of pods and their spread. */
import type { Settings } from "../../config/schema";
import { own } from "../../model/graph";
import type { BudgetFacts } from "./facts";
import { at, type Check, containersOf, type Found } from "./violation";

/** Containers have CPU and memory requests and a memory limit. */
export const resources: Check = ({ facts }) =>
  containersOf(facts).flatMap(({ workload, container }) => {
    const { requests, limits } = container;
    if (requests === undefined || limits === undefined) return [];
    const missing = [
      ...(requests.cpu === undefined ? ["requests.cpu"] : []),
      ...(requests.memory === undefined ? ["requests.memory"] : []),
      ...(limits.memory === undefined ? ["limits.memory"] : []),
    ];
    if (missing.length === 0) return [];
    return [{ rule: "resources", where: at(workload, container), what: `has no ${missing.join(", no ")}` }];
  });

/** Long-running containers with a port have a readiness and a liveness probe. */
export const probes: Check = ({ facts }) =>
  containersOf(facts).flatMap(({ workload, container }) => {
    // A sidecar without a port needs no probe.
    const others = workload.containers.filter(({ isInit, name }) => !isInit && name !== container.name);
    const isHelper = container.listens === false && others.some(({ listens }) => listens);
    if (!workload.isLongRunning || container.isInit || isHelper) return [];
    const missing = [
      ...(container.hasReadiness === false ? ["readiness"] : []),
      ...(container.hasLiveness === false ? ["liveness"] : []),
    ];
    if (missing.length === 0) return [];
    return [
      {
        rule: "probes",
        where: at(workload, container),
        what: `has no ${missing.join(" and no ")} probe`,
      },
    ];
  });

/** Disruption budgets allow a drain. In prod, workloads with several pods have one. */
export const budget: Check = ({ facts }, { environment }) => {
  const blocking = facts.budgets.flatMap((budget): Found[] => {
    const workload = facts.workloads.find(({ object }) => object === budget.workload);
    if (!workload || keptPods(budget, workload.pods) < workload.pods) return [];
    return [
      {
        rule: "budget",
        where: budget.object,
        what: `allows no disruption of ${workload.pods} pod${workload.pods === 1 ? "" : "s"}, so no node can be drained`,
      },
    ];
  });
  if (environment !== "prod") return blocking;
  // Values do not show the budgets that charts create. Only facts from rendered objects have them, and only those set `isSpread`.
  const bare = facts.workloads.filter(
    ({ object, pods, isLongRunning, isSpread }) =>
      isLongRunning &&
      pods > 1 &&
      isSpread !== undefined &&
      !facts.budgets.some(({ workload }) => workload === object),
  );
  return [
    ...blocking,
    ...bare.map(
      ({ object, pods }): Found => ({
        rule: "budget",
        where: object,
        what: `has no PodDisruptionBudget: a drain may evict all ${pods} pods at once`,
      }),
    ),
  ];
};

/** Services have at least 3 pods in prod. */
export const replicas: Check = ({ facts, owner, isStandIn }, settings) => {
  // The profile decides the number of a store's pods.
  if (settings.environment !== "prod" || isStandIn || owner.kind === "stores") return [];
  return (
    facts.workloads
      // A service with 0 pods was stopped on purpose.
      .filter(({ isLongRunning, pods }) => isLongRunning && pods > 0 && pods < 3)
      .map(({ object, pods }) => ({
        rule: "replicas",
        where: object,
        what: `has ${pods} pod${pods === 1 ? "" : "s"}, and prod needs at least three`,
        key: podsKey(settings, owner.name),
        todo: `Raise it, or say why fewer are enough: flotilla:services.${owner.name}.exceptions.replicas`,
      }))
  );
};

/** Workloads with several pods are spread over nodes in prod. */
export const spread: Check = ({ facts }, { environment }) => {
  if (environment !== "prod") return [];
  return facts.workloads
    .filter(({ isLongRunning, pods, isSpread }) => isLongRunning && pods > 1 && isSpread === false)
    .map(({ object }) => ({ rule: "spread", where: object, what: "all pods may run on one node" }));
};

/** Returns the setting that decides how many pods a service has. */
function podsKey(settings: Settings, name: string): string {
  const overrides = own(settings.services, name);
  if (overrides?.replicas !== undefined) return `flotilla:services.${name}.replicas`;
  if (overrides?.autoscaling !== undefined) return `flotilla:services.${name}.autoscaling`;
  return typeof settings.autoscaling === "object" ? "flotilla:autoscaling" : "flotilla:replicas";
}

/** Returns the number of pods that a budget keeps running. */
function keptPods({ minAvailable, maxUnavailable }: BudgetFacts, pods: number): number {
  if (minAvailable !== undefined) return countOf(minAvailable, pods);
  return pods - (maxUnavailable === undefined ? 1 : countOf(maxUnavailable, pods));
}

/** Converts a number or a percentage to a number of pods. Kubernetes rounds percentages up. */
const countOf = (value: number | string, pods: number): number =>
  typeof value === "string" && value.endsWith("%")
    ? Math.ceil((Number.parseInt(value, 10) / 100) * pods)
    : Number(value);
