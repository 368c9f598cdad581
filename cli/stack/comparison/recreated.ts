/** Lost resources in a diff: the update recreates them. */
import type { ReleaseChange } from "../../core/diff/compare";
import { type ExportedResource, RELEASE } from "../../core/state";
import { claimsOf, claimsText, type LiveClaim } from "../claims";
import { RAILS } from "./renderer";

/** Adds notes about lost resources to the changes of their releases. */
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
        about: [...change.about, "objects missing in the cluster are recreated"],
      };
    if (!releases.has(change.release) || change.change !== "added") return change;
    const existing = claimsOf(claims, change.release);
    const storage =
      change.storage.length === 0
        ? []
        : [
            existing.length > 0
              ? `uses existing claims: ${claimsText(existing)}`
              : `EMPTY volumes: ${change.storage.join("; ")}`,
          ];
    return {
      ...change,
      about: [...change.about, "missing in the cluster, so it is reinstalled"],
      storage,
    };
  });
}
