/** Rules about workloads: resources, probes, disruption budgets, numbers of pods and their spread. */
import type { Settings } from "../../config/schema";
import { own } from "../../model/graph";
import type { BudgetFacts } from "./facts";
import { at, type Check, containersOf, type Found } from "./violation";

/** Containers request CPU and memory, and have a limit of memory. */
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
    return [
      { rule: "resources", where: at(workload, container), what: `it has no ${missing.join(", no ")}` },
    ];
  });

/** Containers that listen and do not end have a readiness and a liveness probe. */
export const probes: Check = ({ facts }) =>
  containersOf(facts).flatMap(({ workload, container }) => {
    // A sidecar that listens on no port needs no probe.
    const others = workload.containers.filter(({ isInit, name }) => !isInit && name !== container.name);
    const isHelper = container.listens === false && others.some(({ listens }) => listens);
    if (!workload.runsOn || container.isInit || isHelper) return [];
    const missing = [
      ...(container.hasReadiness === false ? ["readiness"] : []),
      ...(container.hasLiveness === false ? ["liveness"] : []),
    ];
    if (missing.length === 0) return [];
    return [
      {
        rule: "probes",
        where: at(workload, container),
        what: `it has no ${missing.join(" and no ")} probe`,
      },
    ];
  });

/** Disruption budgets allow a drain; in prod, workloads with several pods have one. */
export const budget: Check = ({ facts }, { environment }) => {
  const blocking = facts.budgets.flatMap((budget): Found[] => {
    const workload = facts.workloads.find(({ object }) => object === budget.workload);
    if (!workload || staysAtLeast(budget, workload.pods) < workload.pods) return [];
    return [
      {
        rule: "budget",
        where: budget.object,
        what: `it lets none of ${workload.pods} pod${workload.pods === 1 ? "" : "s"} go: no node could be drained`,
      },
    ];
  });
  if (environment !== "prod") return blocking;
  // Charts create budgets that values do not mention. Facts from rendered objects have them; only those facts set `isSpread`.
  const bare = facts.workloads.filter(
    ({ object, pods, runsOn, isSpread }) =>
      runsOn &&
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
        what: `a drain of nodes may take all ${pods} pods at once: no disruption budget counts them`,
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
      .filter(({ runsOn, pods }) => runsOn && pods > 0 && pods < 3)
      .map(({ object, pods }) => ({
        rule: "replicas",
        where: object,
        what: `prod needs at least three pods, it has ${pods}`,
        key: podsKey(settings, owner.name),
        todo: `Raise it, or say why fewer are enough: flotilla:services.${owner.name}.exceptions.replicas`,
      }))
  );
};

/** Workloads with several pods are spread over nodes in prod. */
export const spread: Check = ({ facts }, { environment }) => {
  if (environment !== "prod") return [];
  return facts.workloads
    .filter(({ runsOn, pods, isSpread }) => runsOn && pods > 1 && isSpread === false)
    .map(({ object }) => ({ rule: "spread", where: object, what: "all its pods may be on one node" }));
};

/** The setting that decides how many pods a service has. */
function podsKey(settings: Settings, name: string): string {
  const overrides = own(settings.services, name);
  if (overrides?.replicas !== undefined) return `flotilla:services.${name}.replicas`;
  if (overrides?.autoscaling !== undefined) return `flotilla:services.${name}.autoscaling`;
  return typeof settings.autoscaling === "object" ? "flotilla:autoscaling" : "flotilla:replicas";
}

/** The number of pods that a budget keeps. */
function staysAtLeast({ minAvailable, maxUnavailable }: BudgetFacts, pods: number): number {
  if (minAvailable !== undefined) return countOf(minAvailable, pods);
  return pods - (maxUnavailable === undefined ? 1 : countOf(maxUnavailable, pods));
}

/** The pods that a number or a percentage stands for. Kubernetes rounds percentages up. */
const countOf = (value: number | string, pods: number): number =>
  typeof value === "string" && value.endsWith("%")
    ? Math.ceil((Number.parseInt(value, 10) / 100) * pods)
    : Number(value);
