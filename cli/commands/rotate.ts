import { Command } from "commander";
import { stackFileName } from "../../src/config/stack-names";
import type { Store } from "../../src/model/application";
import { own } from "../../src/model/graph";
import { kindOf } from "../../src/plan/stores/registry";
import { pulumiOnTerminal, pulumiQuietly } from "../stack/engine";
import { generationKey, nextGeneration, storeNamed } from "../stack/generations";
import { nextSecretGeneration, secretGenerationKey } from "../stack/secret-generations";
import { settingsOfStack } from "../stack/settings";
import { refuseWhileLocked } from "../stack/update-refusals";
import { stackOption, yesOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";

export function rotateCommand(): Command {
  return new Command("rotate")
    .description("Replace the generated passwords of a running store, or a generated secret")
    .argument("<name>", "the name of the store or secret in the inventory")
    .argument("[arguments...]", "more arguments for `pulumi up`, after --")
    .addOption(stackOption())
    .addOption(yesOption("the preview"))
    .addHelpText(
      "after",
      `
Increases the store's generation in the stack file and runs \`pulumi up\`: a Job adds the new passwords next to the old ones, the
Secrets change, the store and its clients restart, and a last Job removes the old passwords. Old and new passwords work until
then: if the rotation is interrupted, everything keeps running, and the same command continues. (redis has one password at a
time: its clients cannot log in between its restart and theirs.)

A secret gets a new value, and the services that use it restart. Until all of them have restarted, some have the old value and some
the new one. The old values stay in the state: to use one again, set the generation back.`,
    )
    .action(async (name: string, further: string[], { stack, yes }: { stack: string; yes?: boolean }) => {
      // Before the stack file is written.
      await refuseWhileLocked(stack);
      const read = settingsOfStack(stack);
      const secret = own(read.application.secrets ?? {}, name);
      const store = secret ? undefined : storeNamed(read.application, name);
      const key = secret ? secretGenerationKey(name) : generationKey(name);
      const next: { generation: number; isNew: boolean; previous?: number } = await (secret
        ? nextSecretGeneration(read, name, secret, stack)
        : nextGeneration(read, name, store as Store, stack));
      const { generation, isNew, previous } = next;
      if (isNew) await pulumiQuietly(["config", "set", "--path", key, String(generation), "--stack", stack]);
      const exitCode = await pulumiOnTerminal([
        "up",
        "--stack",
        stack,
        ...(yes ? ["--yes"] : []),
        ...further,
      ]);
      if (exitCode !== 0)
        throw store
          ? unfinished(name, store, generation, stack, exitCode)
          : unfinishedSecret(name, previous, stack, exitCode);
      say(
        `${name} and its ${store ? "clients" : "services"} use generation ${generation}: commit ${stackFileName(stack)}`,
      );
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

function unfinishedSecret(
  name: string,
  previous: number | undefined,
  stack: string,
  exitCode: number,
): ToolError {
  const back =
    previous === undefined
      ? ""
      : `\n  Go back:  pulumi config set --path ${secretGenerationKey(name)} ${previous} --stack ${stack} && pulumi up --stack ${stack}`;
  return new ToolError(`pulumi up exited with ${exitCode}; its output is above. Services that have not restarted yet still have the old value of ${name}.
  Continue: npx flotilla rotate ${name} --stack ${stack}${back}`);
}
