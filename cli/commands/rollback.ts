import chalk from "chalk";
import Table from "cli-table3";
import { Command, InvalidArgumentError, Option } from "commander";
import { stackFileName } from "../../src/config/stack-names";
import { previous, type UpdateWithChanges, withChanges } from "../core/updates";
import { readCheckpoint, readHistory, type Update, updateJson } from "../stack/history";
import { PROJECT_NAME } from "../stack/project";
import { type RollbackOptions, withRollback } from "../stack/rollback/rolling-back";
import { chosen, imagesOf, programsOf, recentCheckpoints } from "../stack/rollback/target";
import { report } from "../stack/update-report";
import { confirmed } from "../terminal/ask";
import { showComparison } from "../terminal/comparison";
import { ago } from "../terminal/duration";
import { jsonText } from "../terminal/json";
import { PLAIN_TABLE } from "../terminal/table";
import { ToolError } from "../tools/failure";

/** Updates that are listed, and looked into for their images. */
const LISTED = 15;

interface Options extends RollbackOptions {
  stack: string;
  to?: number;
  yes?: boolean;
  list?: boolean;
  json?: boolean;
}

export function rollbackCommand(): Command {
  return new Command("rollback")
    .description("go back to what an earlier update deployed: its settings and its program")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-t, --to <number>", "the update; default: the newest that deployed something else", (text) => {
      if (!/^[1-9][0-9]*$/.test(text)) throw new InvalidArgumentError("It is a number of the list.");
      return Number(text);
    })
    .option("-l, --list", "only list the updates, with what each changed")
    .option("--only <service>", "go back with the settings and the version of one service")
    .option("--config-only", "go back to the settings, with the program of this working tree")
    .option("--include-stores", "go back with stores as well; by default they stay as they are")
    .option("-y, --yes", "do not ask after the difference is shown")
    .addOption(
      new Option("--json", "print the updates as a JSON array, and go back to none").implies({ list: true }),
    )
    .addHelpText(
      "after",
      `
Updates are numbered from the oldest. The program is that of the git commit that the update recorded, in a temporary
worktree, if its digest shows that it is the one that ran then. Passwords are never generated again. Your working tree is not
touched; the stack's file is what is deployed, once the update has succeeded.`,
    )
    .action(async (options: Options) => {
      const { stack, yes } = options;
      const history = await readHistory(stack);
      if (history.length === 0) throw new ToolError(`stack ${stack} has never been updated`);
      const checkpoints = await recentCheckpoints(stack, history, LISTED);
      const updates = withChanges(history, imagesOf(checkpoints));
      if (options.list && options.json) process.stdout.write(jsonText(updates.map(updateJson)));
      else process.stdout.write(show(stack, updates));
      if (options.list) return;
      const target = chosen(stack, history, options.to, previous(history, programsOf(checkpoints)));
      const checkpoint =
        checkpoints.get(target.number) ?? (await readCheckpoint(PROJECT_NAME, stack, target));
      await withRollback(stack, { update: target, checkpoint }, options, async (rollback) => {
        process.stdout.write(showComparison(rollback));
        if (!yes && !(await confirmed(`Go back to update ${target.number}?`))) return;
        await report(stack, await rollback.run());
        rollback.keepSettings();
        process.stdout.write(done(options, target));
      });
    });
}

function show(stack: string, all: readonly UpdateWithChanges[]): string {
  const updates = all.slice(0, LISTED);

  const table = new Table({ ...PLAIN_TABLE, head: ["UPDATE", "WHEN", "RESULT", "CHANGED", "MESSAGE"] });
  for (const { number, kind, result, message, endedAt, startedAt, changed } of updates) {
    const most =
      changed.slice(0, 4).join(", ") + (changed.length > 4 ? `, and ${changed.length - 4} more` : "");
    table.push([
      number,
      ago(endedAt ?? startedAt),
      kind === "update"
        ? result === "succeeded"
          ? chalk.green(result)
          : chalk.red(result)
        : chalk.dim(kind),
      most,
      message.length > 60 ? `${message.slice(0, 59)}…` : message,
    ]);
  }
  const more = all.length > LISTED ? `and ${all.length - LISTED} more (--list --json)\n` : "";
  return `Updates of ${stack}, the newest first:\n\n${table.toString()}\n${more}\n`;
}

function done({ stack, only, configOnly }: Options, { number, commit }: Update): string {
  const file = stackFileName(stack);
  if (only !== undefined) return `${only} is as in update ${number}, and ${file} says so: commit it.\n`;
  const program =
    configOnly || commit === undefined
      ? ""
      : `\nThe program of this working tree may be newer: before the next update, undo there what did not work, or\ncheck out ${commit.slice(0, 7)}; npx flotilla diff --stack ${stack} shows the difference.`;
  return `${file} is what is deployed now, as in update ${number}: commit it.${program}\n`;
}
