/** Checks the locked charts of stores. */
import type { ChartSource } from "../../config/schema";
import type { StoreKind } from "../../model/application";
import type { Problem } from "../../model/problems";
import type { Charts } from "../chart";

/** Reports charts that are not locked, and vendored archives that are missing or differ from the lock. */
export function chartProblems(kinds: readonly StoreKind[], source: ChartSource, charts: Charts): Problem[] {
  return kinds.flatMap((kind): Problem[] => {
    const locked = charts.remote[kind];
    if (!locked)
      return [
        {
          where: "charts/lock.yaml",
          what: `it does not say where the chart of ${kind} comes from`,
          todo: "Restore it: git checkout -- charts/lock.yaml",
        },
      ];
    if (source === "oci") return [];
    const { version, sha256, vendored, file } = locked;
    if (!vendored)
      return [{ where: file, what: "the chart is not there", todo: "Fetch it: npx flotilla charts pull" }];
    if (sha256 === undefined)
      return [
        {
          where: "charts/lock.yaml",
          what: `it has no sha256 for ${kind} ${version}, so that ${file} cannot be checked`,
          todo: "Fetch the chart from its registry, which records the digest: npx flotilla charts pull",
        },
      ];
    if (vendored.sha256 !== sha256)
      return [
        {
          where: file,
          what: `it is not the chart that charts/lock.yaml names: sha256 ${vendored.sha256}, locked ${sha256}`,
          todo: `Find out who changed it; then delete it and fetch it again: npx flotilla charts pull`,
        },
      ];
    return [];
  });
}
