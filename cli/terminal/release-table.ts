/** Prints the releases of a stack. */

import chalk from "chalk";
import Table from "cli-table3";
import { plural } from "../../src/model/plural";
import { runsToCompletion } from "../../src/plan/plan";
import { type CronStatus, isWell, type ReleaseStatus } from "../core/release-status";
import { ago } from "./duration";
import { PLAIN_TABLE } from "./table";

export function statusTable(releases: readonly ReleaseStatus[]): string {
  const table = new Table({
    ...PLAIN_TABLE,
    head: [
      "RELEASE",
      "KIND",
      "CHART",
      "REV",
      "STATUS",
      "PODS READY",
      "ENDPOINT",
      "IMAGE",
      "UPDATED",
      "DRIFT",
    ],
  });
  for (const release of releases) {
    const { kind, chart, revision, status, failed, pods, endpoint, image, updatedAt, drift, cron } = release;
    const all = pods.ready >= pods.wanted;
    const old = pods.updated === undefined ? "" : ` (${pods.updated} new)`;
    const ready = cron
      ? cronText(cron)
      : runsToCompletion(kind) && all
        ? "done"
        : `${pods.ready}/${pods.wanted}${old}`;
    const word = failed && status === "deployed" ? "update failed" : status;
    table.push([
      release.release,
      kind,
      chart,
      revision ?? "-",
      word === "deployed" ? chalk.green(word) : chalk.red(word),
      all && old === "" && cron?.lastRun !== "failed" ? ready : chalk.yellow(ready),
      endpoint ?? "-",
      image,
      ago(updatedAt),
      drift === undefined ? "-" : chalk.yellow(drift),
    ]);
  }
  return table.toString();
}

/** What a cron task does now, instead of the number of its pods. */
const cronText = ({ schedule, suspended, lastRun }: CronStatus): string =>
  `${suspended ? "suspended" : schedule}${lastRun === "failed" ? ", last run failed" : ""}`;

export function summary(releases: readonly ReleaseStatus[]): string {
  const lasting = releases.filter(({ kind }) => !runsToCompletion(kind));
  const ready = lasting.reduce((sum, { pods }) => sum + pods.ready, 0);
  const wanted = lasting.reduce((sum, { pods }) => sum + pods.wanted, 0);
  const well = releases.filter(isWell).length;
  const pods = ready === wanted ? `${plural(ready, "pod")} ready` : `${ready} of ${wanted} pods ready`;
  return well === releases.length
    ? `${plural(releases.length, "release")}, ${pods}.`
    : chalk.yellow(
        `${releases.length - well} of ${plural(releases.length, "release")} not deployed or not ready; ${pods}.`,
      );
}
