import { isDeepStrictEqual } from "node:util";
import chalk from "chalk";
import { Command } from "commander";
import { UnknownStack } from "../stack/engine";
import { firstAidFor, giveFirstAid } from "../stack/first-aid";
import { recover } from "../stack/recovery/performing";
import { recoveryOf } from "../stack/recovery/reading";
import { confirmed } from "../terminal/ask";
import { stackOption, yesOption } from "../terminal/options";
import { ToolError, UsageError } from "../tools/failure";

export function recoverCommand(): Command {
  return new Command("recover")
    .description("Repair a stack after a killed or interrupted update")
    .addOption(stackOption())
    .addOption(yesOption())
    .addHelpText(
      "after",
      `
Shows what happened and what it would do, then asks. It handles locks, pending operations, half-installed releases, damaged
state files and provider processes that a killed pulumi left behind. The last good revision of a release is restored. A
release that was never completely installed is uninstalled, except for its volume claims. A truncated or missing state file is
restored from the backend's own backup (file backends). On a healthy stack it does nothing. A lock whose process is not visible
from this machine is released only after you confirm that the process has ended, never with --yes.`,
    )
    .action(async ({ stack, yes = false }: { stack: string; yes?: boolean }) => {
      const first = await firstAidFor(stack);
      const isHurt = first.found.length > 0;
      if (isHurt) {
        process.stdout.write(`${happened(stack, first.found)}${done(first.will)}`);
        if (first.unsure !== undefined && yes) throw needsAnswer(first.unsure, stack);
        if (!yes) {
          if (!(await confirmed(first.unsure ?? "Repair the stack?"))) return;
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
          `${chalk.green("Nothing to recover:")} ${seesLocks ? "no locks, " : ""}no pending operations, no unfinished releases.\n${seesLocks ? "" : unseenLocks(stack)}${unfinished.length === 0 ? "" : `However, ${unfinished.join("; ")}:\n${next(stack)}`}`,
        );
        return;
      }
      if (found.length > 0) process.stdout.write(happened(stack, found));
      if (blocked !== undefined) throw new ToolError(blocked);
      if (will.length > 0) process.stdout.write(done(will));
      if (unsure !== undefined && yes) throw needsAnswer(unsure, stack);
      if (actions.length > 0 && !yes) {
        if (!(await confirmed(unsure ?? "Repair the stack?"))) return;
        assertSame(recovery, await recoveryOf(stack, first), stack);
      }
      await recover(stack, actions);
      const ending =
        unknown.length === 0
          ? next(stack)
          : `  npx flotilla adopt --stack ${stack}       first: not in the state: ${unknown.join(", ")}\n${next(stack)}`;
      const mayBeLocked = !seesLocks && actions.every((action) => action.do !== "unlock");
      const isWhole = found.length === 0 && unfinished.length === 0 && !first.restored;
      process.stdout.write(
        `\n${chalk.green("Recovered.")} ${isWhole ? "Nothing else is unfinished. If an update was interrupted, it" : "The interrupted update"} is not finished yet:\n${ending}${mayBeLocked ? unseenLocks(stack) : ""}`,
      );
    });
}

const needsAnswer = (question: string, stack: string): ToolError =>
  new UsageError(
    `${question}\n  --yes does not answer this question. If the answer is yes, run this on a terminal: npx flotilla recover --stack ${stack}`,
  );

/** Another user may have recovered the stack while the question was open. */
function assertSame(shown: object, now: object, stack: string): void {
  if (isDeepStrictEqual(shown, now)) return;
  throw new ToolError(
    `the stack has changed since the question was asked, so nothing was done.\n  Run again: npx flotilla recover --stack ${stack}`,
  );
}

const unseenLocks = (stack: string): string =>
  `Flotilla cannot see the locks of this backend. If pulumi reports that the stack is locked and no update is running: pulumi cancel --stack ${stack}\n`;

const next = (
  stack: string,
): string => `  npx flotilla diff --stack ${stack}        show what is still to be changed
  npx flotilla explain --stack ${stack}     explain why it did not finish
  npx flotilla up --stack ${stack}          continue
  npx flotilla rollback --stack ${stack}    go back instead
`;

const happened = (stack: string, found: readonly string[]): string =>
  `What happened to ${stack}:\n${list(found)}\n`;

const done = (will: readonly string[]): string => `What recover does:\n${list(will)}\n`;

const list = (lines: readonly string[]): string => lines.map((line) => `  - ${line}`).join("\n");
