/** Plans the quota of the namespace. */
import type { Settings } from "../../config/schema";
import type { Problem } from "../../model/problems";
import { amountOf } from "../../model/quantity";
import type { AppContext, PlanContext } from "../context";
import { type Demand, demandMeanwhile, demandOf } from "./demand";

/** Factor that leaves room for pods started by hand, tests of releases, and repeated Jobs. */
const HEAD_ROOM = 1.25;

const MI = 2 ** 20;

/** The quota of a namespace. */
export interface QuotaPlan {
  /** `hard` of the ResourceQuota. */
  hard: Record<string, string>;
  /** Whether the quota is lowered. It is then applied after the releases: earlier, it could block pods of the update. */
  lowered: boolean;
}

/**
 * Returns the quota: the largest demand of the plan, and head room. During an update the pods of both versions run, so a quota
 * is lowered after the update. If they do not fit and the old quota is not large enough either, the quota covers both versions,
 * and the next update lowers it.
 */
export function quotaOf(context: PlanContext): QuotaPlan {
  const { settings, deployedQuota: before = {} } = context;
  const needed = demandOf(context);
  const meanwhile = demandMeanwhile(context);
  const amounts = ASKED.map(([key, of, unit]) => {
    const set = settingFor(settings, of);
    const target = amountOf(set === undefined ? unit(needed[of] * HEAD_ROOM) : String(set));
    const old = amountOf(before[key] ?? "0");
    return { key, of, unit, set, target, old, fits: meanwhile[of] <= target };
  });
  const balancers = settings.loadBalancer ? 1 : 0;
  const balancersBefore = Number(before["services.loadbalancers"] ?? balancers);
  const fewer = balancers < balancersBefore;
  // Also if everything seems to fit: after a failed update, more pods can run than the state says.
  const lowered =
    (fewer || amounts.some(({ target, old }) => target < old)) &&
    amounts.every(({ of, target, old, fits }) => target <= old && (fits || meanwhile[of] <= old));
  const hard = amounts.map(({ key, of, unit, set, target, fits }) => [
    key,
    fits || lowered ? (set === undefined ? unit(target) : String(set)) : unit(meanwhile[of]),
  ]);
  const open = String(fewer && !lowered ? balancersBefore : balancers);
  return {
    hard: {
      ...Object.fromEntries(hard),
      "services.loadbalancers": open,
      // Only a load balancer can need a port of the nodes.
      "services.nodeports": open,
    },
    lowered,
  };
}

/** Returns the quota of a namespace that others own: only what the settings name, because it counts the pods of others too. */
export function toldQuota(context: PlanContext): Record<string, string> {
  const { hard } = quotaOf(context);
  const told = ASKED.filter(([, of]) => settingFor(context.settings, of) !== undefined).map(([key]) => key);
  return Object.fromEntries(told.flatMap((key) => (hard[key] === undefined ? [] : [[key, hard[key]]])));
}

/** Reports quotas in the settings that are smaller than the demand of the plan. */
export function quotaProblems(context: AppContext): Problem[] {
  const { settings } = context;
  const needed = demandOf(context);
  return ASKED.flatMap(([, of, unit]) => {
    const set = settingFor(settings, of);
    if (set === undefined || !(amountOf(String(set)) < needed[of])) return [];
    const shown = unit(needed[of]);
    return [
      {
        where: `flotilla:quota.${of}`,
        what: `it is ${set}, and the plan may need ${shown} (all pods at their maximum, and one more of each service while it is updated)`,
        todo: `Raise it to at least ${shown}, or lower the replicas or requests.`,
      },
    ];
  });
}

/** Returns the quota that the stack sets. The limit of memory always follows the plan. */
const settingFor = ({ quota }: Settings, of: keyof Demand): string | number | undefined =>
  of === "memoryLimit" ? undefined : quota[of];

/** Writes cores, rounded up to tenths. The inner rounding removes errors of floating-point sums. */
const cores = (amount: number): string => `${Math.ceil(Math.round(amount * 1000) / 100) * 100}m`;

const mebibytes = (amount: number): string => `${Math.ceil(amount / MI)}Mi`;

/** The keys of the quota, each with its part of the demand and its unit. */
const ASKED: readonly [key: string, of: keyof Demand, unit: (amount: number) => string][] = [
  ["requests.cpu", "cpu", cores],
  ["requests.memory", "memory", mebibytes],
  ["limits.memory", "memoryLimit", mebibytes],
  ["pods", "pods", (amount) => String(Math.ceil(amount))],
];
