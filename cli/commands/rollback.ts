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
import { resultJson } from "../terminal/json";
import { stackOption, yesOption } from "../terminal/options";
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
    .description("Go back to the settings and program of an earlier update")
    .addOption(stackOption())
    .option(
      "-t, --to <number>",
      "number of the update; default: the newest one that deployed something else",
      (text) => {
        if (!/^[1-9][0-9]*$/.test(text))
          throw new InvalidArgumentError("It must be the number of an update: see flotilla rollback --list.");
        return Number(text);
      },
    )
    .option("-l, --list", "list the updates and what each one changed")
    .option("--only <service>", "go back with one service only: its settings and version")
    .option("--config-only", "go back to the settings, but run the program of the working tree")
    .option("--include-stores", "go back with stores as well; by default they do not change")
    .addOption(yesOption("the difference is shown"))
    .addOption(
      new Option("--json", "print the updates as a JSON object, and change nothing").implies({ list: true }),
    )
    .addHelpText(
      "after",
      `
Updates are numbered from the oldest. Runs the program of the git commit that the update recorded, in a temporary worktree,
after checking that its digest is the recorded one. Existing passwords are never regenerated. Your working tree stays as
it is, except for the stack's file: it gets the earlier settings once the update has succeeded.`,
    )
    .action(async (options: Options) => {
      const { stack, yes } = options;
      const history = await readHistory(stack);
      if (history.length === 0)
        throw new ToolError(`stack ${stack} has never been updated, so there is no update to go back to`);
      const checkpoints = await recentCheckpoints(stack, history, LISTED);
      const updates = withChanges(history, imagesOf(checkpoints));
      if (options.list && options.json)
        process.stdout.write(resultJson({ stack, updates: updates.map(updateJson) }));
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
  if (only !== undefined)
    return `${only} has the settings and version of update ${number} again: commit ${file}.\n`;
  const program =
    configOnly || commit === undefined
      ? ""
      : `\nThe program in your working tree may be newer. Before the next update, revert the change there or check out\n${commit.slice(0, 7)}; npx flotilla diff --stack ${stack} shows the difference.`;
  return `${file} has the settings of update ${number}, which are deployed now: commit it.${program}\n`;
}
