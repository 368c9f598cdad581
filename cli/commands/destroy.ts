import chalk from "chalk";
import { Command } from "commander";
import { bareName } from "../../src/config/stack-names";
import { isEmpty } from "../core/destroy/decide";
import { EXIT } from "../core/exit-codes";
import { outputsOf } from "../core/release-status";
import { resourcesOf } from "../core/state";
import { destroy, leftover, type Prepared, prepareDestruction } from "../stack/destruction/destroying";
import { exportState, readState } from "../stack/engine";
import type { UpdateResult } from "../stack/update";
import { changesText } from "../stack/update-with-progress";
import { typed } from "../terminal/ask";
import { showDestruction, staying } from "../terminal/destruction";
import { stackOption } from "../terminal/options";
import { ToolError, UsageError } from "../tools/failure";

export function destroyCommand(): Command {
  return new Command("destroy")
    .description("Delete everything that a stack has deployed, including data")
    .addOption(stackOption())
    .option("--confirm <stack>", "the stack's name, instead of typing it when asked")
    .addHelpText(
      "after",
      `
Lists what is deleted and what is kept, each volume by name and size, and asks for the stack's name. Then it removes the
protection in the state and runs \`pulumi destroy\`. There is no --yes: a flag that works for every stack would also destroy
the wrong one. A stack of environment prod is refused. The stack itself stays, with its config and its history.`,
    )
    .action(async ({ stack, confirm }: { stack: string; confirm?: string }) => {
      const name = bareName(stack);
      if (confirm !== undefined && confirm !== name)
        throw new UsageError(
          `--confirm ${confirm} is not the name of the stack, which is ${name}. Nothing was deleted.`,
        );
      const state = await exportState(stack);
      if (isEmpty(resourcesOf(state))) {
        process.stdout.write(`Stack ${stack} has nothing deployed.\n${removal(stack)}`);
        return;
      }
      const prepared = await prepareDestruction(stack, state);
      const { access, destruction } = prepared;
      const { application } = outputsOf(resourcesOf(state)) ?? {};
      const { context } = access.cluster;
      process.stdout.write(`${showDestruction({ stack: name, application, context }, destruction)}\n`);
      if (
        confirm === undefined &&
        !(await typed(`Type the stack's name to delete all of this (${name}): `, name))
      ) {
        process.stdout.write("That is not the stack's name. Nothing was deleted.\n");
        process.exitCode ??= EXIT.failed;
        return;
      }
      await report(stack, prepared, await destroy(stack, prepared));
    });
}

const removal = (stack: string): string =>
  `  pulumi stack rm ${stack}    deletes the stack itself, with its config and its history\n`;

/** Prints how it ended. @throws ToolError when something is left. */
async function report(
  stack: string,
  { kubectl, destruction }: Prepared,
  { exitCode, signal, changes, seconds, errors, output }: UpdateResult,
): Promise<void> {
  const took = `${Math.round(seconds)} s`;
  // Interrupted between two steps, pulumi exits with 0.
  const isDone = exitCode === 0 && (await readState(stack)).length === 0;
  if (isDone) {
    const left = staying(destruction).map((line) => `  - ${line}\n`);
    process.stdout.write(
      `${chalk.green(`${stack} is destroyed`)}: ${changesText(changes) || "there was nothing left to delete"}, in ${took}.\nKept:\n${left.join("")}${removal(stack)}`,
    );
    return;
  }
  const again = `  To continue: npx flotilla destroy --stack ${stack}`;
  if (signal !== undefined)
    throw new ToolError(
      `pulumi was killed by ${signal} after ${took}: its operations are unfinished, and the stack may still be locked\n  First: npx flotilla recover --stack ${stack}\n${again}`,
    );
  process.stdout.write(await leftover(stack, kubectl));
  const words = Object.entries(errors).map(([name, message]) =>
    name === "" ? message : `${name}: ${message}`,
  );
  throw new ToolError(
    `destroying ${stack} did not finish (${changesText(changes) || "nothing was deleted"}, in ${took})\n${words.join("\n") || output.trim()}\n${again}`,
  );
}
