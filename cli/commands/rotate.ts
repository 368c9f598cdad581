import { Command } from "commander";
import type { Store } from "../../src/model/application";
import { kindOf } from "../../src/plan/stores/registry";
import { pulumiOnTerminal, pulumiQuietly } from "../stack/engine";
import { generationKey, nextGeneration, storeNamed } from "../stack/generations";
import { settingsOfStack } from "../stack/settings";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";

export function rotateCommand(): Command {
  return new Command("rotate")
    .description("replace the generated passwords of a store, while it and its clients run")
    .argument("<store>", "the store, as the inventory calls it")
    .argument("[arguments...]", "further arguments of `pulumi up`, after --")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-y, --yes", "do not ask after the preview")
    .addHelpText(
      "after",
      `
It raises the store's generation in the stack file and runs \`pulumi up\`: a Job lets the new passwords in beside the old
ones, the Secrets change, the store and its clients restart, and a last Job takes the old passwords away. Both work until
then: wherever it stops, everything goes on running, and the same command goes on from there. (redis knows one password
at a time: its clients fail from its restart to their own.)`,
    )
    .action(async (name: string, further: string[], { stack, yes }: { stack: string; yes?: boolean }) => {
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
      say(`${name} and its clients use generation ${generation}; commit Pulumi.${stack}.yaml`);
    });
}

function unfinished(
  name: string,
  store: Store,
  generation: number,
  stack: string,
  exitCode: number,
): ToolError {
  const again = `  Go on:    npx flotilla rotate ${name} --stack ${stack}`;
  const ended = `pulumi up ended with exit code ${exitCode}: its output is above.`;
  if (!kindOf(store.kind).rotationWork)
    return new ToolError(
      `${ended} Clients of ${name} that have not restarted since ${name} did cannot log in.\n${again}`,
    );
  const back = `pulumi config set --path ${generationKey(name)} ${generation - 1} --stack ${stack} && pulumi up --stack ${stack}`;
  return new ToolError(`${ended} The old passwords of ${name} still work.\n${again}\n  Go back:  ${back}`);
}
