import { isDeepStrictEqual } from "node:util";
import chalk from "chalk";
import { Command } from "commander";
import { UnknownStack } from "../stack/engine";
import { firstAidFor, giveFirstAid } from "../stack/first-aid";
import { recover } from "../stack/recovery/performing";
import { recoveryOf } from "../stack/recovery/reading";
import { confirmed } from "../terminal/ask";
import { ToolError } from "../tools/failure";

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
