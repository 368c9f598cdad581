/** Texts about changes for tables, pages and questions. */
import { plural } from "../../../src/model/plural";
import type { ReleaseChange } from "./compare";
import type { PodImpact } from "./impact";

export interface Totals {
  releases: number;
  objects: number;
  /** Replaced pods of workloads with a fixed number of replicas. */
  restarts: number;
  /** Autoscaled workloads whose pods are all replaced. */
  scaledRestarts: number;
  immutable: number;
}

export const totalsOf = (changes: readonly ReleaseChange[]): Totals => ({
  releases: changes.length,
  objects: sum(changes.map(({ objects, labelsOnly }) => objects.length + labelsOnly)),
  restarts: sum(restarts(changes).map(({ count }) => count ?? 0)),
  scaledRestarts: restarts(changes).filter(({ count }) => count === undefined).length,
  immutable: sum(changes.map(({ immutable }) => immutable.length)),
});

const restarts = (changes: readonly ReleaseChange[]): PodImpact[] =>
  changes.flatMap(({ pods }) => pods.filter(({ effect }) => effect === "restart"));

/** `2 changed, 1 added`, or the names of the changed properties if no object changes. */
export function objectsText({ objects, labelsOnly, about }: ReleaseChange): string {
  const parts = (["added", "changed", "replaced", "removed"] as const).flatMap((kind) => {
    const count = objects.filter(({ change }) => change === kind).length;
    return count === 0 ? [] : [`${count} ${kind}`];
  });
  if (labelsOnly > 0) parts.push(`${labelsOnly} in labels only`);
  return parts.length > 0 ? parts.join(", ") : `none (${about.map((text) => text.split(":")[0]).join(", ")})`;
}

/** The effect on the pods of a release. */
export const podsText = ({ pods, change }: ReleaseChange): string =>
  pods.length > 0 ? pods.map(podText).join("; ") : change === "changed" ? "no restarts" : "none";

function podText({ effect, count, why }: PodImpact): string {
  if (effect === "scale" || effect === "run") return why;
  const who = count === undefined ? "all" : String(count);
  return effect === "restart" ? `${who} restart: ${why}` : `${who} ${effect}`;
}

/** Whether a text about storage says that data is lost. */
export const losesData = (text: string): boolean =>
  /^(DELETED|REPLACED|EMPTY)|is deleted, with its volume/.test(text);

/** The last line of a diff. */
export function summaryText({ releases, objects, restarts, scaledRestarts }: Totals): string {
  if (releases === 0) return "Nothing changes.";
  const who = [
    ...(restarts > 0 ? [plural(restarts, "pod")] : []),
    ...(scaledRestarts > 0 ? [`all pods of ${plural(scaledRestarts, "autoscaled workload")}`] : []),
  ].join(" and ");
  const pods = who === "" ? "no pod restarts" : `${who} restart${who === "1 pod" ? "s" : ""}`;
  return `${plural(releases, "release")} change${releases === 1 ? "s" : ""}, ${plural(objects, "object")} in all; ${pods}.`;
}

/** The last line of a comparison of two stacks. */
export const comparedText = ({ releases, objects }: Totals): string =>
  releases === 0
    ? "No differences."
    : `${plural(releases, "release")} differ${releases === 1 ? "s" : ""}, in ${plural(objects, "object")}.`;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
