/** What the namespace's pods may ask for in all. */
import type { Settings } from "../../config/schema";
import type { Problem } from "../../model/problems";
import { amountOf } from "../../model/quantity";
import type { AppContext, PlanContext } from "../context";
import { type Demand, demandMeanwhile, demandOf } from "./demand";

/** Room for what is run by hand, for tests of releases and for Jobs that try again. */
const HEAD_ROOM = 1.25;

const MI = 2 ** 20;

export interface QuotaPlan {
  /** `hard` of the ResourceQuota. */
  hard: Record<string, string>;
  /** Whether it is lowered: then it comes after all that asks for less, or pods of an update would find no room. */
  lowered: boolean;
}

/**
 * What is planned at most, and head room. While an update is under way pods of before are there as well: so it is lowered
 * after the update; and where they do not fit and the quota of before was no larger either, with the next one.
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
  // Also where all seems to fit: after an update that failed more may run than the state says.
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
      // Nothing opens a port of the nodes but a load balancer, which may need one.
      "services.nodeports": open,
    },
    lowered,
  };
}

/** A quota that the plan does not fit into. */
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

/** What the stack sets; limits of memory follow the plan always. */
const settingFor = ({ quota }: Settings, of: keyof Demand): string | number | undefined =>
  of === "memoryLimit" ? undefined : quota[of];

/** Rounded up to tenths of a core; sums of decimal fractions are a little off. */
const cores = (amount: number): string => `${Math.ceil(Math.round(amount * 1000) / 100) * 100}m`;

const mebibytes = (amount: number): string => `${Math.ceil(amount / MI)}Mi`;

/** What the quota counts, what of a demand that is, and how it is written. */
const ASKED: readonly [key: string, of: keyof Demand, unit: (amount: number) => string][] = [
  ["requests.cpu", "cpu", cores],
  ["requests.memory", "memory", mebibytes],
  ["limits.memory", "memoryLimit", mebibytes],
  ["pods", "pods", (amount) => String(Math.ceil(amount))],
];
