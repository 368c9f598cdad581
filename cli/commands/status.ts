import { setTimeout as pause } from "node:timers/promises";
import chalk from "chalk";
import { Command } from "commander";
import { problemText } from "../../src/model/problems";
import { EXIT } from "../core/exit-codes";
import { isWell, outputsOf, type ReleaseStatus, releaseStatuses } from "../core/release-status";
import { youngText } from "../core/young-claims";
import { type Update, updateJson } from "../stack/history";
import { type Look, lookAt } from "../stack/look";
import { lostJson, lostText } from "../stack/lost";
import { ago } from "../terminal/duration";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";
import { statusTable, summary } from "../terminal/release-table";

/** Milliseconds between two refreshes. */
const INTERVAL = 2000;

export function statusCommand(): Command {
  return new Command("status")
    .description("Show releases, versions, images, pods and the last update")
    .addOption(stackOption())
    .option("-w, --watch", "refresh every two seconds until Ctrl-C")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
DRIFT compares revisions, images and pod counts; \`flotilla drift\` compares every field. Below the table are other resources of
the state that the cluster has lost (namespace, Secrets, quota, policies), and volume claims that were created empty more than
an hour after their store was installed. With --watch, --json prints one object per line.

Exits with 2 when something is not ready, not deployed or lost.`,
    )
    .action(async ({ stack, watch, json }: { stack: string; watch?: boolean; json?: boolean }) => {
      for (;;) {
        const look = await lookAt(stack, { forLosses: true }).catch((error: Error) => {
          // With --watch it may come back.
          if (!watch) throw error;
          process.stderr.write(`${error.message}\n`);
        });
        if (!look) {
          await pause(INTERVAL);
          continue;
        }
        const releases = releaseStatuses(look.resources, look.live, look.workloads);
        process.exitCode = releases.every(isWell) && look.lost.length === 0 ? EXIT.done : EXIT.reported;
        if (json) process.stdout.write(resultJson(toJson(stack, look, releases), { indent: watch ? 0 : 2 }));
        else {
          // On a terminal the table is redrawn in place.
          if (watch && process.stdout.isTTY) process.stdout.write("\x1b[H\x1b[2J");
          process.stdout.write(show(stack, look, releases));
        }
        if (!watch) return;
        await pause(INTERVAL);
      }
    });
}

function toJson(
  stack: string,
  { resources, namespace, lastUpdate, lost, young, unseen, obstacle }: Look,
  releases: readonly ReleaseStatus[],
) {
  return {
    stack,
    application: outputsOf(resources)?.application ?? null,
    environment: outputsOf(resources)?.environment ?? null,
    namespace,
    lastUpdate: lastUpdate ? updateJson(lastUpdate) : null,
    releases,
    lost: lostJson(lost),
    youngClaims: young,
    unseen,
    obstacle: obstacle ?? null,
  };
}

/** Returns the status of a stack as text. */
export function show(
  stack: string,
  look: Pick<Look, "resources" | "namespace" | "lastUpdate" | "lost" | "young" | "unseen" | "obstacle">,
  releases: readonly ReleaseStatus[],
): string {
  const { resources, namespace, lastUpdate, lost, young, unseen, obstacle } = look;
  const refused = obstacle === undefined ? undefined : `An update is refused: ${problemText(obstacle)}`;
  const outputs = outputsOf(resources);
  if (!outputs && releases.length + lost.length === 0)
    return `Stack ${stack} has nothing deployed. ${refused ?? `Deploy it: npx flotilla up --stack ${stack}`}\n`;
  const lines = [
    `${chalk.bold(stack)}: ${outputs?.application ?? "no completed update"} in namespace ${namespace}`,
    lastUpdate ? `Last ${updateLine(lastUpdate)}` : "The stack has never been updated.",
    "",
    statusTable(releases),
    "",
    summary(releases),
    ...(lost.length === 0 ? [] : [chalk.red(`But ${lostText(lost)}.`)]),
    ...unseen.map((why) => `${chalk.yellow("note")} not everything could be checked: ${why}`),
    ...(refused === undefined ? [] : [`${chalk.yellow("note")} ${refused}`]),
    ...young.map((claim) => `${chalk.yellow("note")} ${youngText(claim, namespace)}`),
  ];
  const next = nextSteps(stack, releases, lost);
  return `${[...lines, ...next].join("\n")}\n`;
}

function updateLine({ kind, result, message, endedAt, startedAt, commit }: Omit<Update, "number">): string {
  const how = result === "succeeded" ? chalk.green(result) : chalk.red(result);
  const what = [
    message === "" ? "" : `"${message}"`,
    commit === undefined ? "" : `commit ${commit.slice(0, 7)}`,
  ];
  return `${kind} ${how} ${ago(endedAt ?? startedAt)}: ${what.filter((text) => text !== "").join(", ")}`;
}

function nextSteps(stack: string, releases: readonly ReleaseStatus[], lost: Look["lost"]): string[] {
  const steps: [boolean, string, string][] = [
    [
      releases.some(({ status }) => status.startsWith("pending-")),
      "recover",
      "an update was interrupted (if none is running)",
    ],
    [
      lost.length > 0 || releases.some(({ status, kind }) => status === "missing" && kind !== "unknown"),
      "up",
      "recreate what the cluster has lost",
    ],
    [releases.some((release) => !isWell(release)), "explain", "explain what is not ready"],
    [
      releases.some(({ drift, kind }) => drift !== undefined && kind !== "unknown"),
      "drift",
      "show what differs",
    ],
    [releases.some(({ kind }) => kind === "unknown"), "adopt", "take over what Helm installed"],
  ];
  return steps
    .filter(([applies]) => applies)
    .map(([, command, what]) => `  npx flotilla ${command} --stack ${stack}    ${what}`);
}
