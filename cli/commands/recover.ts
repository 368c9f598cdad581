import { isDeepStrictEqual } from "node:util";
import chalk from "chalk";
import { Command } from "commander";
import execa from "execa";
import type { Settings } from "../../src/config/schema";
import { accessOf } from "../../src/runtime/ask-cluster";
import { type Action, decide, isCreation, type Recovery, type Situation } from "../core/recovery";
import { namespaceIn } from "../core/release-status";
import { type ExportedState, RELEASE } from "../core/state";
import { accessTo, reachCluster } from "../stack/access";
import { forgetRestored } from "../stack/damage";
import { exportState, pulumiQuietly, UnknownStack } from "../stack/engine";
import { firstAidFor, giveFirstAid } from "../stack/first-aid";
import { readLastUpdate, type Update } from "../stack/history";
import type { Kubectl } from "../stack/kubectl";
import { readLocks } from "../stack/locks";
import { dropPending, markedOf, markLost, readLost, unmarkFound } from "../stack/lost";
import { mark } from "../stack/marks";
import { otherNamespace } from "../stack/other-namespace";
import { PROJECT_NAME } from "../stack/project";
import { type LiveRelease, lastSuperseded, readReleases } from "../stack/releases";
import { confirmed } from "../terminal/ask";
import { step } from "../terminal/progress";
import { ToolError, wordsOf } from "../tools/failure";
import { helm } from "../tools/helm";

export function recoverCommand(): Command {
  return new Command("recover")
    .description(
      "repair what a killed update has left: locks, half-done releases, a damaged state, orphaned processes",
    )
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      `
It says what has happened and what it would do, and asks. The last good revision of a release is kept and put back; what
was never completely installed is removed, except its volume claims. A state file that is cut off or gone is restored from
the backend's own backup (file backends); providers that an engine has left running are ended. On a healthy stack it does
nothing. A lock whose process is not visible from this machine is released only after you
confirm that the process has ended, never with --yes.`,
    )
    .action(async ({ stack, yes = false }: { stack: string; yes?: boolean }) => {
      const first = await firstAidFor(stack);
      const isHurt = first.found.length > 0;
      if (isHurt) {
        process.stdout.write(`${happened(stack, first.found)}${done(first.will)}`);
        if (first.unsure !== undefined && yes) throw nobodyToAsk(first.unsure, stack);
        if (!yes) {
          if (!(await confirmed(first.unsure ?? "Do it?"))) return;
          assertSame(first, await firstAidFor(stack), stack);
        }
        await giveFirstAid(first);
        process.stdout.write("\n");
      }
      const recovery = await recoveryOf(stack, first).catch((error: unknown) => {
        throw error instanceof UnknownStack ? new UnknownStack(stack, { sought: true }) : error;
      });
      const { found, unfinished, will, actions, unknown, blocked, unsure, seesLocks } = recovery;
      if (found.length === 0 && !isHurt && !first.restored) {
        process.stdout.write(
          `${chalk.green("Nothing to recover:")} ${seesLocks ? "no lock, " : ""}no pending operation, no unfinished release.\n${seesLocks ? "" : unseenLocks(stack)}${unfinished.length === 0 ? "" : `But ${unfinished.join("; ")}:\n${next(stack)}`}`,
        );
        return;
      }
      if (found.length > 0) process.stdout.write(happened(stack, found));
      if (blocked !== undefined) throw new ToolError(blocked);
      if (will.length > 0) process.stdout.write(done(will));
      if (unsure !== undefined && yes) throw nobodyToAsk(unsure, stack);
      if (actions.length > 0 && !yes) {
        if (!(await confirmed(unsure ?? "Do it?"))) return;
        assertSame(recovery, await recoveryOf(stack, first), stack);
      }
      await recover(stack, actions);
      const ending =
        unknown.length === 0
          ? next(stack)
          : `  npx flotilla adopt --stack ${stack}       first: ${unknown.join(", ")} runs, and the state does not know it\n${next(stack)}`;
      const mayBeLocked = !seesLocks && actions.every((action) => action.do !== "unlock");
      const isWhole = found.length === 0 && unfinished.length === 0 && !first.restored;
      process.stdout.write(
        `\n${chalk.green("Recovered.")} ${isWhole ? "Nothing else is left unfinished. If an update was interrupted, it" : "The update that was interrupted"} is not done yet:\n${ending}${mayBeLocked ? unseenLocks(stack) : ""}`,
      );
    });
}

const nobodyToAsk = (question: string, stack: string): ToolError =>
  new ToolError(
    `${question}\n  --yes does not answer this question. If the answer is yes, run it on a terminal: npx flotilla recover --stack ${stack}`,
  );

/** A question may have stood for an hour, and somebody else have recovered the stack meanwhile. */
function assertSame(shown: object, now: object, stack: string): void {
  if (isDeepStrictEqual(shown, now)) return;
  throw new ToolError(
    `something has changed since you were asked, and nothing was done.\n  Look again: npx flotilla recover --stack ${stack}`,
  );
}

const unseenLocks = (stack: string): string =>
  `Locks of this backend cannot be seen from here. If pulumi says that the stack is locked, and no update of it is running: pulumi cancel --stack ${stack}\n`;

const next = (
  stack: string,
): string => `  npx flotilla diff --stack ${stack}        what it still has to change
  npx flotilla explain --stack ${stack}     why it did not finish
  npx flotilla up --stack ${stack}          go on
  npx flotilla rollback --stack ${stack}    or go back
`;

const happened = (stack: string, found: readonly string[]): string =>
  `What has happened to ${stack}:\n${list(found)}\n`;

const done = (will: readonly string[]): string => `What is done about it:\n${list(will)}\n`;

const list = (lines: readonly string[]): string => lines.map((line) => `  - ${line}`).join("\n");

/** What there is to recover, and how; `restored` where the state may not know its last moment. */
export async function recoveryOf(stack: string, { restored = false } = {}): Promise<Recovery> {
  const access = accessTo(stack);
  const [locks, state, last] = await Promise.all([
    readLocks(PROJECT_NAME, stack),
    exportState(stack),
    readLastUpdate(stack),
  ]);
  const kubectl = await reachCluster(access, stack, state.deployment?.resources ?? []);
  const namespace = namespaceIn(state.deployment?.resources ?? []) ?? access.namespace;
  if (namespace === undefined) throw new ToolError(`nothing of stack ${stack} is deployed`);
  const live = await readReleases(kubectl, namespace);
  const resources = state.deployment?.resources ?? [];
  const lost = await readLost(kubectl, resources, live);
  const { recreated, stranger } = await otherNamespace(access, resources);
  return decide({
    ...(stranger === undefined ? {} : { stranger }),
    lost,
    marked: markedOf(resources).filter((resource) => !lost.includes(resource)),
    ...(recreated === undefined ? {} : { recreated }),
    locks: locks ?? [],
    seesLocks: locks !== undefined,
    state,
    live,
    good: await goodRevisions(kubectl, namespace, live),
    ...(last === undefined ? {} : { lastResult: last.result }),
    ...sinceWhen(restored, last),
    exists: await existing(kubectl, state),
  });
}

function sinceWhen(
  restored: boolean,
  last: Pick<Update, "result" | "startedAt"> | undefined,
): Pick<Situation, "since"> {
  if (restored) return { since: 0 };
  return last === undefined || last.result === "succeeded" ? {} : { since: Date.parse(last.startedAt) };
}

/** Of releases whose old revision had been put aside when helm was ended, before the new one took its place. */
async function goodRevisions(
  kubectl: Kubectl,
  namespace: string,
  live: Readonly<Record<string, LiveRelease>>,
): Promise<Record<string, number>> {
  const without = Object.keys(live).filter((name) => live[name]?.deployed === undefined);
  const found = await Promise.all(
    without.map(async (name) => [name, await lastSuperseded(kubectl, namespace, name)] as const),
  );
  return Object.fromEntries(
    found.flatMap(([name, revision]) => (revision ? [[name, revision] as const] : [])),
  );
}

/** Which of the objects that were being made the cluster has. */
async function existing(kubectl: Kubectl, state: ExportedState): Promise<Situation["exists"]> {
  const objects = (state.deployment?.pending_operations ?? []).filter(
    (operation) =>
      isCreation(operation) &&
      operation.resource.type.startsWith("kubernetes:") &&
      operation.resource.type !== RELEASE,
  );
  const found = await Promise.all(
    objects.map(async ({ resource }) => {
      const { apiVersion, kind, metadata } = resource.inputs ?? {};
      const identity = JSON.stringify({ apiVersion, kind, metadata });
      const name = await kubectl.run(["get", "--ignore-not-found", "-o", "name", "-f", "-"], {
        input: identity,
      });
      return [resource.urn, name.trim() !== ""] as const;
    }),
  );
  return Object.fromEntries(found);
}

const AGAIN = "its update was interrupted: flotilla recover";

/** Does what was decided, in order. @throws ToolError at the first that fails; what was done before it stays done. */
export async function recover(stack: string, actions: readonly Action[]): Promise<void> {
  const { cluster } = accessTo(stack);
  for (const action of actions) await perform(stack, cluster, action);
  await forgetRestored(PROJECT_NAME, stack);
}

async function perform(stack: string, cluster: Settings["cluster"], action: Action): Promise<void> {
  const onCluster = accessOf(cluster, "--kube-context");
  switch (action.do) {
    case "unlock":
      await step("releasing the lock", () => unlock(stack, action.held));
      return;
    case "rollback":
      await step(`putting revision ${action.to} of ${action.release} back`, () =>
        runHelm([
          "rollback",
          action.release,
          String(action.to),
          "-n",
          action.namespace,
          ...onCluster,
          "--cleanup-on-fail",
          // Without --wait: pods that could not become ready before must not keep the record from being put right.
        ]),
      );
      return;
    case "uninstall":
      await step(`removing ${action.release}`, () =>
        runHelm([
          "uninstall",
          action.release,
          "-n",
          action.namespace,
          ...onCluster,
          "--wait",
          "--ignore-not-found",
        ]),
      );
      return;
    case "refresh":
      await step("looking at what the cluster has", () =>
        pulumiQuietly([
          "refresh",
          "--stack",
          stack,
          "--yes",
          "--skip-preview",
          ...action.targets.flatMap((urn) => ["--target", urn]),
          ...action.imports.flatMap(({ urn, id }) => [
            "--import-pending-creates",
            urn,
            "--import-pending-creates",
            id,
          ]),
          ...(action.imports.length === 0 ? ["--skip-pending-creates"] : []),
        ]),
      );
      return;
    case "drop":
      await step("forgetting what was replaced", () => dropPending(stack));
      return;
    case "reinstall":
      await step("marking what the cluster has lost", () => markLost(stack, action.urns));
      return;
    case "unmark":
      await step("removing marks", () => unmarkFound(stack, action.urns));
      return;
    case "forget":
      await step("forgetting the operations that were under way", () => mark(stack, action.again, AGAIN));
  }
}

/** @throws ToolError when an update has begun meanwhile: `pulumi cancel` releases whatever lock there is. */
async function unlock(stack: string, held: readonly string[]): Promise<void> {
  const locks = await readLocks(PROJECT_NAME, stack);
  if (locks?.length === 0) return;
  const stranger = locks?.find(({ id }) => id !== undefined && !held.includes(id));
  if (stranger)
    throw new ToolError(
      `an update of ${stack} has started meanwhile: ${stranger.by}\n  When it has ended: npx flotilla recover --stack ${stack}`,
    );
  await pulumiQuietly(["cancel", "--yes", "--stack", stack]);
}

async function runHelm(args: readonly string[]): Promise<void> {
  try {
    await execa(await helm(), [...args]);
  } catch (error) {
    throw new ToolError(`helm ${args.slice(0, 2).join(" ")}: ${wordsOf(error)}`);
  }
}
