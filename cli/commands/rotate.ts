import { Command } from "commander";
import { stackFileName } from "../../src/config/stack-names";
import type { Store } from "../../src/model/application";
import { kindOf } from "../../src/plan/stores/registry";
import { pulumiOnTerminal, pulumiQuietly } from "../stack/engine";
import { generationKey, nextGeneration, storeNamed } from "../stack/generations";
import { settingsOfStack } from "../stack/settings";
import { refuseWhileLocked } from "../stack/update-refusals";
import { stackOption, yesOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";

export function rotateCommand(): Command {
  return new Command("rotate")
    .description("Replace the generated passwords of a running store")
    .argument("<store>", "the store's name in the inventory")
    .argument("[arguments...]", "more arguments for `pulumi up`, after --")
    .addOption(stackOption())
    .addOption(yesOption("the preview"))
    .addHelpText(
      "after",
      `
Increases the store's generation in the stack file and runs \`pulumi up\`: a Job adds the new passwords next to the old ones, the
Secrets change, the store and its clients restart, and a last Job removes the old passwords. Old and new passwords work until
then: if the rotation is interrupted, everything keeps running, and the same command continues. (redis has one password at a
time: its clients cannot log in between its restart and theirs.)`,
    )
    .action(async (name: string, further: string[], { stack, yes }: { stack: string; yes?: boolean }) => {
      // Before the stack file is written.
      await refuseWhileLocked(stack);
      const read = settingsOfStack(stack);
      const store = storeNamed(read.application, name);
      const { generation, isNew } = await nextGeneration(read, name, store, stack);
      if (isNew)
        await pulumiQuietly([
          "config",
          "set",
          "--path",
          generationKey(name),
          String(generation),
          "--stack",
          stack,
        ]);
      const exitCode = await pulumiOnTerminal([
        "up",
        "--stack",
        stack,
        ...(yes ? ["--yes"] : []),
        ...further,
      ]);
      if (exitCode !== 0) throw unfinished(name, store, generation, stack, exitCode);
      say(`${name} and its clients use generation ${generation}: commit ${stackFileName(stack)}`);
    });
}

function unfinished(
  name: string,
  store: Store,
  generation: number,
  stack: string,
  exitCode: number,
): ToolError {
  const again = `  Continue: npx flotilla rotate ${name} --stack ${stack}`;
  const ended = `pulumi up exited with ${exitCode}; its output is above.`;
  if (!kindOf(store.kind).rotationWork)
    return new ToolError(
      `${ended} Clients of ${name} that have not restarted since then cannot log in.\n${again}`,
    );
  const back = `pulumi config set --path ${generationKey(name)} ${generation - 1} --stack ${stack} && pulumi up --stack ${stack}`;
  return new ToolError(`${ended} The old passwords of ${name} still work.\n${again}\n  Go back:  ${back}`);
}
