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
          what: `the chart of ${kind} is missing`,
          todo: "Restore it: git checkout -- charts/lock.yaml",
        },
      ];
    if (source === "oci") return [];
    const { version, sha256, vendored, file } = locked;
    if (!vendored)
      return [
        { where: file, what: "the chart does not exist", todo: "Download it: npx flotilla charts pull" },
      ];
    if (sha256 === undefined)
      return [
        {
          where: "charts/lock.yaml",
          what: `the sha256 of ${kind} ${version} is missing, so ${file} cannot be verified`,
          todo: "Download the chart from its registry, which records the digest: npx flotilla charts pull",
        },
      ];
    if (vendored.sha256 !== sha256)
      return [
        {
          where: file,
          what: `the chart does not match charts/lock.yaml: sha256 ${vendored.sha256}, locked ${sha256}`,
          todo: `Find out who changed it. Then delete it and download it again: npx flotilla charts pull`,
        },
      ];
    return [];
  });
}
