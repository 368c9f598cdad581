import { setTimeout as pause } from "node:timers/promises";
import chalk from "chalk";
import { Command } from "commander";
import { problemText } from "../../src/model/problems";
import { mapValues } from "../../src/model/records";
import { EXIT } from "../core/exit-codes";
import { isWell, outputsOf, type ReleaseStatus, releaseStatuses } from "../core/release-status";
import { youngText } from "../core/young-claims";
import { type Update, updateJson } from "../stack/history";
import { type Lock, runningUpdate } from "../stack/locks";
import { isFirstUpdateOpen, type Look, lookAt } from "../stack/look";
import { lostJson, lostText } from "../stack/lost";
import { PROJECT_NAME } from "../stack/project";
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
        const locked = runningUpdate(PROJECT_NAME, stack).catch(() => undefined);
        const look = await lookAt(stack, { forLosses: true }).catch((error: Error) => {
          // With --watch it may come back.
          if (!watch) throw error;
          process.stderr.write(`${error.message}\n`);
        });
        if (!look) {
          await pause(INTERVAL);
          continue;
        }
        const running = await locked;
        const isOpen = running !== undefined || isFirstUpdateOpen(look);
        const unrecorded = isOpen ? await plannedKinds(stack, look) : {};
        const releases = releaseStatuses(look.resources, look.live, look.workloads, unrecorded);
        process.exitCode = releases.every(isWell) && look.lost.length === 0 ? EXIT.done : EXIT.reported;
        if (json)
          process.stdout.write(resultJson(toJson(stack, look, releases, running), { indent: watch ? 0 : 2 }));
        else {
          // On a terminal the table is redrawn in place.
          if (watch && process.stdout.isTTY) process.stdout.write("\x1b[H\x1b[2J");
          process.stdout.write(show(stack, look, releases, running));
        }
        if (!watch) return;
        await pause(INTERVAL);
      }
    });
}

/** The kinds of the planned releases, which the state does not have until they are installed. */
async function plannedKinds(stack: string, look: Look) {
  // Rarely needed, and slow to load.
  const { planOf } = await import("../stack/findings");
  return mapValues(planOf(stack, look)?.releases ?? {}, ({ kind }) => kind);
}

function toJson(
  stack: string,
  { resources, namespace, lastUpdate, lost, young, unseen, obstacle }: Look,
  releases: readonly ReleaseStatus[],
  running: Lock | undefined,
) {
  return {
    stack,
    application: outputsOf(resources)?.application ?? null,
    environment: outputsOf(resources)?.environment ?? null,
    namespace,
    lastUpdate: lastUpdate ? updateJson(lastUpdate) : null,
    running: running?.by ?? null,
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
  running?: Pick<Lock, "by">,
): string {
  const { resources, namespace, lastUpdate, lost, young, unseen, obstacle } = look;
  const refused = obstacle === undefined ? undefined : `An update is refused: ${problemText(obstacle)}`;
  const outputs = outputsOf(resources);
  if (!outputs && releases.length + lost.length === 0 && running === undefined)
    return `Stack ${stack} has nothing deployed. ${refused ?? `Deploy it: npx flotilla up --stack ${stack}`}\n`;
  const lines = [
    `${chalk.bold(stack)}: ${outputs?.application ?? "no completed update"} in namespace ${namespace}`,
    lastUpdate ? `Last ${updateLine(lastUpdate)}` : firstLine(releases, running),
    ...(running !== undefined && lastUpdate ? [`An update by ${running.by} is running.`] : []),
    "",
    statusTable(releases),
    "",
    summary(releases),
    ...urlLines(outputs),
    ...(lost.length === 0 ? [] : [chalk.red(`But ${lostText(lost)}.`)]),
    ...unseen.map((why) => `${chalk.yellow("note")} not everything could be checked: ${why}`),
    ...(refused === undefined ? [] : [`${chalk.yellow("note")} ${refused}`]),
    ...young.map((claim) => `${chalk.yellow("note")} ${youngText(claim, namespace)}`),
  ];
  const next = nextSteps(stack, releases, lost, running !== undefined, lastUpdate?.result === "failed");
  return `${[...lines, ...next].join("\n")}\n`;
}

/** Returns the public URLs, by service. */
const urlLines = (outputs: ReturnType<typeof outputsOf>): string[] =>
  Object.entries(outputs?.services ?? {}).flatMap(([name, { publicUrls = [] }]) =>
    publicUrls.map((url) => `${name}: ${url}`),
  );

/** What is known about a stack without any update in its history. */
const firstLine = (releases: readonly ReleaseStatus[], running: Pick<Lock, "by"> | undefined): string =>
  running !== undefined
    ? `Its first update, by ${running.by}, is running.`
    : releases.some(({ status }) => status.startsWith("pending-"))
      ? "Its first update was interrupted."
      : "The stack has never been updated.";

function updateLine({ kind, result, message, endedAt, startedAt, commit }: Omit<Update, "number">): string {
  const how = result === "succeeded" ? chalk.green(result) : chalk.red(result);
  const what = [
    message === "" ? "" : `"${message}"`,
    commit === undefined ? "" : `commit ${commit.slice(0, 7)}`,
  ];
  return `${kind} ${how} ${ago(endedAt ?? startedAt)}: ${what.filter((text) => text !== "").join(", ")}`;
}

function nextSteps(
  stack: string,
  releases: readonly ReleaseStatus[],
  lost: Look["lost"],
  isRunning: boolean,
  hasFailed: boolean,
): string[] {
  const isInterrupted = releases.some(({ status }) => status.startsWith("pending-"));
  // While an update is running, only reading makes sense.
  const steps: [boolean, string, string][] = [
    [!isRunning && isInterrupted, "recover", "an update was interrupted (if none is running)"],
    [
      !isRunning &&
        (lost.length > 0 || releases.some(({ status, kind }) => status === "missing" && kind !== "unknown")),
      "up",
      "recreate what the cluster has lost",
    ],
    [releases.some((release) => !isWell(release)), "explain", "explain what is not ready"],
    // After a failure everything may run as before, as after a failed migration.
    [!isRunning && hasFailed && releases.every(isWell), "explain", "explain why the last update failed"],
    [
      !isRunning && releases.some(({ drift, kind }) => drift !== undefined && kind !== "unknown"),
      "drift",
      "show what differs",
    ],
    [!isRunning && releases.some(({ kind }) => kind === "unknown"), "adopt", "take over what Helm installed"],
  ];
  return steps
    .filter(([applies]) => applies)
    .map(([, command, what]) => `  npx flotilla ${command} --stack ${stack}    ${what}`);
}
