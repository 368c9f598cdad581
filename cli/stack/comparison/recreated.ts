/** What the cluster has lost, in a difference: it is created again. */
import type { ReleaseChange } from "../../core/diff/compare";
import { type ExportedResource, RELEASE } from "../../core/state";
import { claimsOf, claimsText, type LiveClaim } from "../claims";
import { RAILS } from "./renderer";

/** The changes, with what is lost said of each release and object that is. */
export function withLost(
  changes: readonly ReleaseChange[],
  lost: readonly ExportedResource[],
  claims: readonly LiveClaim[],
): ReleaseChange[] {
  const releases = new Set(
    lost.flatMap(({ type, inputs }) => (type === RELEASE ? [String(inputs?.name)] : [])),
  );
  const hasObjects = lost.some(({ type }) => type !== RELEASE);
  return changes.map((change) => {
    if (change.release === RAILS && hasObjects)
      return {
        ...change,
        about: [...change.about, "some of it is missing in the cluster: it is created again"],
      };
    if (!releases.has(change.release) || change.change !== "added") return change;
    const there = claimsOf(claims, change.release);
    const storage =
      change.storage.length === 0
        ? []
        : [
            there.length > 0
              ? `uses existing claims: ${claimsText(there)}`
              : `EMPTY volumes: ${change.storage.join("; ")}`,
          ];
    return {
      ...change,
      about: [...change.about, "it is missing in the cluster: it is installed again"],
      storage,
    };
  });
}
