import chalk from "chalk";
import { Command } from "commander";
import type { Settings } from "../../src/config/schema";
import { plural } from "../../src/model/plural";
import { namespaceOf } from "../../src/plan/stores/profile";
import { CHECKED } from "../../src/runtime/overrides";
import { unguarded, unguardedText } from "../core/diff/guard";
import { type Comparison, compareWithDeployed } from "../stack/comparison/sides";
import { letGo, takeOutUsed } from "../stack/deletions";
import { exportState } from "../stack/engine";
import { failsForLost } from "../stack/engine-preview";
import { connect } from "../stack/kubectl";
import { readLocks } from "../stack/locks";
import { type Look, lookAt } from "../stack/look";
import { markLost, unmarkFound } from "../stack/lost";
import { PROJECT_NAME } from "../stack/project";
import { settingsOfStack } from "../stack/settings";
import { changesText, type Updated, update } from "../stack/update-with-progress";
import { confirmed } from "../terminal/ask";
import { ToolError } from "../tools/failure";
import { refusedByEngine, showComparison } from "./diff";
import { explainStack, showFindings } from "./explain";

export function upCommand(): Command {
  return new Command("up")
    .description("`pulumi up` that shows what it changes, what each release waits for, and why if it fails")
    .argument("[arguments...]", "further arguments of `pulumi up`, after --")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-y, --yes", "do not ask after the difference is shown")
    .addHelpText(
      "after",
      `
It is the same update as \`pulumi up\`: the same engine, program and state. A failed release is rolled back by Helm; what
has been updated before it stays. Run it again to go on, or \`flotilla rollback\` to go back.`,
    )
    .action(async (further: string[], { stack, yes }: { stack: string; yes?: boolean }) => {
      await refuseWhileLocked(stack);
      const comparison = await compareWithDeployed(stack);
      process.stdout.write(showComparison(comparison));
      const { settings, application } = settingsOfStack(stack);
      refuseUpdate(stack, comparison, settings);
      if (!yes && !(await confirmed(`Update ${stack}?`))) return;
      const kubectl = await connect(settings);
      const namespace = namespaceOf(application, settings);
      const lost = (comparison.lost ?? []).map(({ urn }) => urn);
      const marked = (comparison.marked ?? []).map(({ urn }) => urn);
      if (lost.length + marked.length + settings.allowDeletion.length > 0) await refuseHalfDone(stack);
      await letGo(stack, settings);
      if (marked.length > 0) await unmarkFound(stack, marked);
      if (lost.length > 0) await markLost(stack, lost);
      const result = await update(
        ["up", "--stack", stack, ...further],
        { stack, namespace, kubectl },
        lost.length > 0 ? { environment: { [CHECKED]: "true" } } : {},
      );
      await report(stack, result);
      await takeOutUsed(stack, settings);
    });
}

/** Runs before the difference, which takes a while and would be out of date. @throws ToolError when the stack is locked. */
async function refuseWhileLocked(stack: string): Promise<void> {
  const [lock] = (await readLocks(PROJECT_NAME, stack)) ?? [];
  if (lock === undefined) return;
  throw new ToolError(
    `the stack ${stack} is locked by ${lock.by}\n  Wait until that update has ended. If it was interrupted: npx flotilla recover --stack ${stack}`,
  );
}

/** @throws ToolError when the update must not begin. */
function refuseUpdate(
  stack: string,
  { pending = [], refused, steps = [], lost = [] }: Comparison,
  settings: Settings,
): void {
  if (pending.length > 0)
    throw new ToolError(
      `an earlier update replaced ${plural(pending.length, "resource")} and did not delete the old ${pending.length === 1 ? "one" : "ones"}. This update would delete ${pending.length === 1 ? "it" : "them"}.\n  See what it is, and let the state forget it: npx flotilla recover --stack ${stack}`,
    );
  const lostOnes = unguarded(steps);
  if (lostOnes.length > 0)
    throw new ToolError(
      `this update would ${unguardedText(lostOnes)}, and no update of Flotilla does that: data would be lost. Nothing was changed.\n  If the kubeconfig or the context changed: update once with the old one. See pulumi preview --diff --stack ${stack}`,
    );
  if (refused === undefined) return;
  // What the settings let go is still protected in the state; that is taken off before the update.
  if (settings.allowDeletion.length > 0 && PROTECTED.test(refused)) return;
  if (failsForLost(refused, lost)) return;
  throw refusedByEngine(stack, refused);
}

/** A state that is changed here loses the operations that are under way in it. @throws ToolError where there are any. */
async function refuseHalfDone(stack: string): Promise<void> {
  const pending = (await exportState(stack)).deployment?.pending_operations ?? [];
  if (pending.length > 0)
    throw new ToolError(
      `an update of ${stack} was interrupted. Recover it first: npx flotilla recover --stack ${stack}`,
    );
}

/** How the engine says that something is protected. */
const PROTECTED = /because it is protected|marked for protection/;

/** Says how an update ended; after a failure why. @throws ToolError after a failure. */
export async function report(stack: string, result: Updated): Promise<void> {
  const { exitCode, signal, changes, seconds } = result;
  if (exitCode === 0) {
    process.stdout.write(
      `${chalk.green(`${stack} is up to date`)}: ${changesText(changes)}, in ${Math.round(seconds)} s.\n`,
    );
    return;
  }
  if (signal !== undefined)
    throw new ToolError(
      `pulumi was ended by ${signal} after ${Math.round(seconds)} s: what it had started is unfinished, and its lock may still be there\n  npx flotilla recover --stack ${stack} puts that right.`,
    );
  const { "": ofProgram, ...errors } = result.errors;
  const look = await lookAt(stack).catch(() => undefined);
  const findings = look ? await explained(stack, look, result, errors) : [];
  if (findings.length > 0) process.stdout.write(`\n${showFindings(stack, findings)}`);
  const told = new Set(findings.map(({ release }) => release));
  const others = Object.entries(errors).filter(([name]) => !told.has(name));
  const words = [
    ...others.map(([name, message]) => `${name}: ${message}`),
    ...(ofProgram === undefined || (findings.length > 0 && /update failed/.test(ofProgram))
      ? []
      : [ofProgram]),
  ];
  const why = words.length > 0 || findings.length > 0 ? words.join("\n") : result.output.trim();
  const hint = HELD.test(why)
    ? `\n  If no update of ${stack} is running, one was interrupted: npx flotilla recover --stack ${stack}`
    : "";
  throw new ToolError(
    `the update of ${stack} failed after ${Math.round(seconds)} s (${changesText(changes) || "nothing was changed"})${why === "" ? "" : `\n${why}`}${hint}`,
  );
}

/** What pulumi says of a lock, and of one that is not whole. */
const HELD = /currently locked by|update is currently in progress|unexpected end of JSON input/;

async function explained(stack: string, look: Look, { seen }: Updated, errors: Record<string, string>) {
  const findings = await explainStack(stack, look, errors);
  // Only what this update was about.
  const about = findings.filter(({ release }) => release in errors || release in seen);
  return about.map((finding) => {
    const reasons = seen[finding.release];
    return finding.reasons.some(({ cause }) => cause !== "starting") || !reasons
      ? finding
      : { ...finding, reasons };
  });
}
