/** What the namespace's pods may ask for in all. */
import type { Settings } from "../config/schema";
import type { Application } from "../model/application";
import { own } from "../model/graph";
import type { Problem } from "../model/problems";
import { amountOf } from "../model/quantity";
import { type Demand, demandMeanwhile, demandOf } from "./demand";
import type { Deployed } from "./deployed";

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
export function quotaOf(
  application: Application,
  settings: Settings,
  deployed: Deployed,
  before: Record<string, string> = {},
): QuotaPlan {
  const needed = demandOf(application, settings);
  const meanwhile = demandMeanwhile(application, settings, deployed);
  const amounts = ASKED.map(([key, of, unit]) => {
    const setting = SET[key];
    const set = setting && settings.quota[setting];
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
  // Nothing opens a port of the nodes but a load balancer that needs one.
  const open = fewer && !lowered ? balancersBefore : balancers;
  return {
    hard: {
      ...Object.fromEntries(hard),
      "services.loadbalancers": String(open),
      "services.nodeports": String(open * PORTS_OF_A_LOAD_BALANCER),
    },
    lowered,
  };
}

/** Ports of the nodes that the Service of a public service may take. */
const PORTS_OF_A_LOAD_BALANCER = 1;

/** A quota that the plan does not fit into. */
export function quotaProblems(application: Application, settings: Settings): Problem[] {
  const { quota } = settings;
  const needed = demandOf(application, settings);
  const check = (key: "cpu" | "memory" | "pods", set: number, shown: string): Problem[] => {
    if (!(set < needed[key])) return [];
    return [
      {
        where: `flotilla:quota.${key}`,
        what: `it is ${own<string | number | undefined>(quota, key)}, and the plan may need ${shown} (all pods at their most, and one more of each service while it is updated)`,
        todo: `Raise it to ${shown} at least, or lower the replicas or requests.`,
      },
    ];
  };
  return [
    ...(quota.cpu === undefined ? [] : check("cpu", amountOf(quota.cpu), cores(needed.cpu))),
    ...(quota.memory === undefined ? [] : check("memory", amountOf(quota.memory), mebibytes(needed.memory))),
    ...(quota.pods === undefined ? [] : check("pods", quota.pods, String(needed.pods))),
  ];
}

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

/** The setting for it. */
const SET: Record<string, keyof Settings["quota"]> = {
  "requests.cpu": "cpu",
  "requests.memory": "memory",
  pods: "pods",
};
