/** Plans the quota of the namespace. */
import type { Settings } from "../../config/schema";
import type { Problem } from "../../model/problems";
import { amountOf } from "../../model/quantity";
import type { AppContext, PlanContext } from "../context";
import { type Demand, demandMeanwhile, demandOf } from "./demand";

/** Factor that leaves room for manually started pods, release tests, and repeated Jobs. */
const HEAD_ROOM = 1.25;

const MI = 2 ** 20;

/** The quota of a namespace. */
export interface QuotaPlan {
  /** `hard` of the ResourceQuota. */
  hard: Record<string, string>;
  /** Whether the quota is lowered. It is then applied after the releases, because it could block pods of the update. */
  lowered: boolean;
}

/**
 * Returns the quota: the largest demand of the plan plus head room. Pods of both versions run during an update, so a quota is
 * lowered after the update. If both versions fit neither the new nor the old quota, the quota covers both, and the next update
 * lowers it.
 */
export function quotaOf(context: PlanContext): QuotaPlan {
  const { settings, deployedQuota: before = {} } = context;
  const needed = demandOf(context);
  const meanwhile = demandMeanwhile(context);
  const amounts = QUOTA_KEYS.map(([key, of, unit]) => {
    const set = settingFor(settings, of);
    const target = amountOf(set === undefined ? unit(needed[of] * HEAD_ROOM) : String(set));
    const old = amountOf(before[key] ?? "0");
    return { key, of, unit, set, target, old, fits: meanwhile[of] <= target };
  });
  const balancers = settings.loadBalancer ? 1 : 0;
  const balancersBefore = Number(before["services.loadbalancers"] ?? balancers);
  const fewer = balancers < balancersBefore;
  // Even if everything seems to fit: after a failed update, more pods may run than the state says.
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
      // Only a load balancer may need a node port.
      "services.nodeports": open,
    },
    lowered,
  };
}

/** Returns the quota of a namespace that others own: only keys in the settings, because the pods of others count too. */
export function settingsQuota(context: PlanContext): Record<string, string> {
  const { hard } = quotaOf(context);
  const keys = QUOTA_KEYS.filter(([, of]) => settingFor(context.settings, of) !== undefined).map(
    ([key]) => key,
  );
  return Object.fromEntries(keys.flatMap((key) => (hard[key] === undefined ? [] : [[key, hard[key]]])));
}

/** Reports quotas in the settings that are smaller than the demand of the plan. */
export function quotaProblems(context: AppContext): Problem[] {
  const { settings } = context;
  const needed = demandOf(context);
  return QUOTA_KEYS.flatMap(([, of, unit]) => {
    const set = settingFor(settings, of);
    if (set === undefined || !(amountOf(String(set)) < needed[of])) return [];
    const shown = unit(needed[of]);
    return [
      {
        where: `flotilla:quota.${of}`,
        what: `${set} is less than the ${shown} that the plan may need (the maximum number of pods, plus one of each service during its rollout)`,
        todo: `Raise it to at least ${shown}, or lower the replicas or requests.`,
      },
    ];
  });
}

/** Returns the quota that the stack sets. The memory limit always follows the plan. */
const settingFor = ({ quota }: Settings, of: keyof Demand): string | number | undefined =>
  of === "memoryLimit" ? undefined : quota[of];

/** Formats cores, rounded up to tenths. The inner rounding removes floating-point errors. */
const cores = (amount: number): string => `${Math.ceil(Math.round(amount * 1000) / 100) * 100}m`;

const mebibytes = (amount: number): string => `${Math.ceil(amount / MI)}Mi`;

/** The keys of the quota, with their part of the demand and their unit. */
const QUOTA_KEYS: readonly [key: string, of: keyof Demand, unit: (amount: number) => string][] = [
  ["requests.cpu", "cpu", cores],
  ["requests.memory", "memory", mebibytes],
  ["limits.memory", "memoryLimit", mebibytes],
  ["pods", "pods", (amount) => String(Math.ceil(amount))],
];
