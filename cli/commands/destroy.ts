import chalk from "chalk";
import { Command } from "commander";
import { bareName } from "../../src/config/stack-names";
import { isEmpty } from "../core/destroy/decide";
import { outputsOf } from "../core/release-status";
import { resourcesOf } from "../core/state";
import { destroy, leftover, type Prepared, prepareDestruction } from "../stack/destruction/destroying";
import { exportState, readState } from "../stack/engine";
import type { UpdateResult } from "../stack/update";
import { changesText } from "../stack/update-with-progress";
import { typed } from "../terminal/ask";
import { showDestruction, staying } from "../terminal/destruction";
import { ToolError } from "../tools/failure";

export function destroyCommand(): Command {
  return new Command("destroy")
    .description("delete all that a stack has deployed, its data included")
    .requiredOption("-s, --stack <name>", "the stack: local, dev, staging ...; none of environment prod")
    .option("--confirm <stack>", "the stack's name again, in place of the question")
    .addHelpText(
      "after",
      `
It lists what goes and what stays, each volume by name and size, and asks for the stack's name. Then it takes the protection
off in the state and runs \`pulumi destroy\`. Anything but the stack's name deletes nothing. There is no --yes: a flag that
fits every stack would also destroy the wrong one. The stack itself stays, with its config and its history.`,
    )
    .action(async ({ stack, confirm }: { stack: string; confirm?: string }) => {
      const name = bareName(stack);
      if (confirm !== undefined && confirm !== name)
        throw new ToolError(
          `--confirm ${confirm} is not the name of the stack, which is ${name}. Nothing was deleted.`,
        );
      const state = await exportState(stack);
      if (isEmpty(resourcesOf(state))) {
        process.stdout.write(`Nothing of stack ${stack} is deployed.\n${removal(stack)}`);
        return;
      }
      const prepared = await prepareDestruction(stack, state);
      const { access, destruction } = prepared;
      const { application } = outputsOf(resourcesOf(state)) ?? {};
      const { context } = access.cluster;
      process.stdout.write(`${showDestruction({ stack: name, application, context }, destruction)}\n`);
      if (
        confirm === undefined &&
        !(await typed(`Type the stack's name to delete all this (${name}): `, name))
      ) {
        process.stdout.write("That is not the stack's name. Nothing was deleted.\n");
        process.exitCode ??= 1;
        return;
      }
      await report(stack, prepared, await destroy(stack, prepared));
    });
}

const removal = (stack: string): string =>
  `  pulumi stack rm ${stack}    removes the stack itself, with its config and its history\n`;

/** @throws ToolError when something is left. */
async function report(
  stack: string,
  { kubectl, destruction }: Prepared,
  { exitCode, signal, changes, seconds, errors, output }: UpdateResult,
): Promise<void> {
  const took = `${Math.round(seconds)} s`;
  // Interrupted between two steps, pulumi ends as if it were done.
  const isDone = exitCode === 0 && (await readState(stack)).length === 0;
  if (isDone) {
    const left = staying(destruction).map((line) => `  - ${line}\n`);
    process.stdout.write(
      `${chalk.green(`${stack} is destroyed`)}: ${changesText(changes) || "nothing was left to delete"}, in ${took}.\nWhat stays:\n${left.join("")}${removal(stack)}`,
    );
    return;
  }
  const again = `  Go on: npx flotilla destroy --stack ${stack}`;
  if (signal !== undefined)
    throw new ToolError(
      `pulumi was ended by ${signal} after ${took}: what it had started is unfinished, and its lock may still be there\n  First: npx flotilla recover --stack ${stack}\n${again}`,
    );
  process.stdout.write(await leftover(stack, kubectl));
  const words = Object.entries(errors).map(([name, message]) =>
    name === "" ? message : `${name}: ${message}`,
  );
  throw new ToolError(
    `the destruction of ${stack} did not finish (${changesText(changes) || "nothing was deleted"}, in ${took})\n${words.join("\n") || output.trim()}\n${again}`,
  );
}
