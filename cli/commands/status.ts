import { setTimeout as pause } from "node:timers/promises";
import chalk from "chalk";
import { Command } from "commander";
import { problemText } from "../../src/model/problems";
import { isWell, outputsOf, type ReleaseStatus, releaseStatuses } from "../core/release-status";
import { youngText } from "../core/young-claims";
import { type Update, updateJson } from "../stack/history";
import { type Look, lookAt } from "../stack/look";
import { lostJson, lostText } from "../stack/lost";
import { ago } from "../terminal/duration";
import { statusTable, summary } from "../terminal/release-table";

/** Milliseconds between two looks. */
const INTERVAL = 2000;

export function statusCommand(): Command {
  return new Command("status")
    .description(
      "show what runs of a stack: releases, versions, images, pods, the last update, drift at a glance",
    )
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-w, --watch", "look again every two seconds, until Ctrl-C")
    .option("--json", "print it as a JSON object; with --watch one on each line")
    .addHelpText(
      "after",
      `
DRIFT is derived from revisions, images and numbers of pods; \`flotilla drift\` looks at every field. What the state has beside
releases (namespace, Secrets, quota, policies) and the cluster has lost is named below the table, and so is a claim that began
empty more than an hour after its store was installed.

Exit codes: 0 all is deployed and ready, 2 something is not or is lost, 1 failed.`,
    )
    .action(async ({ stack, watch, json }: { stack: string; watch?: boolean; json?: boolean }) => {
      for (;;) {
        const look = await lookAt(stack, { forLosses: true }).catch((error: Error) => {
          // Whoever watches wants to see it come back.
          if (!watch) throw error;
          process.stderr.write(`${error.message}\n`);
        });
        if (!look) {
          await pause(INTERVAL);
          continue;
        }
        const releases = releaseStatuses(look.resources, look.live, look.workloads);
        process.exitCode = releases.every(isWell) && look.lost.length === 0 ? 0 : 2;
        if (json)
          process.stdout.write(`${JSON.stringify(toJson(stack, look, releases), null, watch ? 0 : 2)}\n`);
        else {
          // On a terminal the table stays in its place.
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

/** The status of a stack, for people. */
export function show(
  stack: string,
  look: Pick<Look, "resources" | "namespace" | "lastUpdate" | "lost" | "young" | "unseen" | "obstacle">,
  releases: readonly ReleaseStatus[],
): string {
  const { resources, namespace, lastUpdate, lost, young, unseen, obstacle } = look;
  const refused = obstacle === undefined ? undefined : `An update is refused: ${problemText(obstacle)}`;
  const outputs = outputsOf(resources);
  if (!outputs && releases.length + lost.length === 0)
    return `Nothing of stack ${stack} is deployed. ${refused ?? `Deploy it: npx flotilla up --stack ${stack}`}\n`;
  const lines = [
    `${chalk.bold(stack)}: ${outputs?.application ?? "no completed update"} in namespace ${namespace}`,
    lastUpdate ? `Last ${updateLine(lastUpdate)}` : "It has never been updated.",
    "",
    statusTable(releases),
    "",
    summary(releases),
    ...(lost.length === 0 ? [] : [chalk.red(`But ${lostText(lost)}.`)]),
    ...unseen.map((why) => `${chalk.yellow("note")} not everything could be looked for: ${why}`),
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
      "if no update is running: one was interrupted",
    ],
    [
      lost.length > 0 || releases.some(({ status, kind }) => status === "missing" && kind !== "unknown"),
      "up",
      "create again what the cluster has lost; diff shows it",
    ],
    [releases.some((release) => !isWell(release)), "explain", "why something is not ready"],
    [releases.some(({ drift, kind }) => drift !== undefined && kind !== "unknown"), "drift", "what differs"],
    [releases.some(({ kind }) => kind === "unknown"), "adopt", "take over what helm installed"],
  ];
  return steps
    .filter(([applies]) => applies)
    .map(([, command, what]) => `  npx flotilla ${command} --stack ${stack}    ${what}`);
}
