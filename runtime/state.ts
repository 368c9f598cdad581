/** What a state says of its Helm releases: the same from the engine and from `pulumi stack export`. */
import type { Deployed, DeployedRelease } from "../plan/deployed";
import type { Values } from "../plan/plan";

/** The part of a resource in a state that is looked at. */
export interface StateResource {
  type: string;
  outputs?: { name?: unknown; chart?: unknown; values?: unknown; spec?: unknown };
}

const KINDS: Record<string, DeployedRelease["kind"]> = {
  "flotilla:index:Store": "store",
  "flotilla:index:Microservice": "service",
  "flotilla:index:Job": "job",
};

/** The releases of a state, by name. Of their values those that come from Flotilla: none of them is secret. */
export function deployedReleases(resources: Record<string, StateResource>): Deployed {
  const found = Object.entries(resources).flatMap(([urn, { type, outputs }]) => {
    // urn:pulumi:<stack>::<project>::<type of the parents>$<type>::<name>
    const parents = urn.split("::")[2]?.split("$") ?? [];
    const kind = KINDS[parents.at(-2) ?? ""];
    if (type !== "kubernetes:helm.sh/v3:Release" || kind === undefined) return [];
    const { name, chart, values } = outputs ?? {};
    if (typeof name !== "string") return [];
    return [[name, { kind, chart: String(chart ?? ""), values: (values ?? {}) as Values }] as const];
  });
  return Object.fromEntries(found);
}

/** `hard` of the quota of a state. */
export function deployedQuota(resources: Record<string, StateResource>): Record<string, string> | undefined {
  const quota = Object.values(resources).find(({ type }) => type === "kubernetes:core/v1:ResourceQuota");
  return (quota?.outputs?.spec as { hard?: Record<string, string> } | undefined)?.hard;
}
