import { Command } from "commander";
import { own } from "../model/graph";
import { rotationReleases } from "../model/names";
import { rotatedAccounts, shapeOf } from "../plan/credentials";
import { rotatesByJobs } from "../plan/stores/rotation";
import { ToolError } from "../tools/failure";
import { say } from "../tools/progress";
import { settingsOfStack } from "./settings";
import { PROJECT_NAME } from "./stack";
import { pulumiOnTerminal, pulumiQuietly, readState, rotationOf } from "./state";

export function rotateCommand(): Command {
  return new Command("rotate")
    .description("replace the generated passwords of a store, while it and its clients run")
    .argument("<store>", "the store, as the inventory calls it")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-y, --yes", "do not ask after the preview")
    .argument("[arguments...]", "further arguments of `pulumi up`, after --")
    .addHelpText(
      "after",
      `
It raises the store's generation in the stack file and runs \`pulumi up\`: a Job lets the new passwords in beside the old
ones, the Secrets change, the store and its clients restart, and a last Job takes the old passwords away. Both work until
then: wherever it stops, everything goes on running, and the same command goes on from there.`,
    )
    .action(async (store: string, further: string[], { stack, yes }: { stack: string; yes?: boolean }) => {
      const generation = await nextGeneration(store, stack);
      const exitCode = await pulumiOnTerminal([
        "up",
        "--stack",
        stack,
        ...(yes ? ["--yes"] : []),
        ...further,
      ]);
      if (exitCode === 0) {
        say(`${store} and its clients use generation ${generation}; commit Pulumi.${stack}.yaml`);
        return;
      }
      throw new ToolError(
        `pulumi up ended with exit code ${exitCode}: what it said is above. The old passwords of ${store} still work.\n` +
          `  Go on:    npx flotilla rotate ${store} --stack ${stack}\n` +
          `  Go back:  pulumi config set --path ${key(store)} ${generation - 1} --stack ${stack} && pulumi up --stack ${stack}`,
      );
    });
}

const key = (store: string) => `${PROJECT_NAME}:stores.${store}.generation`;

/** The generation to go to: one more, or the one that is under way. The stack file says so afterwards. */
async function nextGeneration(name: string, stack: string): Promise<number> {
  const { settings, application } = settingsOfStack(stack);
  const store = own(application.stores, name);
  if (!store)
    throw new ToolError(
      `${application.name} has no store ${name}; it has ${Object.keys(application.stores).join(", ")}`,
    );
  const shape = shapeOf(settings, name, store);
  const accounts = rotatedAccounts(shape);
  if (accounts.length === 0)
    throw new ToolError(
      `${name} has no password that Flotilla makes: ${store.noPassword ?? "its images fix them all"}`,
    );
  const { begin, end } = rotationReleases(name);
  const rotation = rotationOf(await readState(stack), name, [begin, end]);
  if (!rotation)
    throw new ToolError(
      `${name} is not deployed in stack ${stack}: deploy it first, with pulumi up --stack ${stack}`,
    );
  const { generation } = shape;
  if (generation > rotation.finished || rotation.failed) {
    say(`the rotation of ${name} to generation ${generation} is under way: going on with it`);
    return generation;
  }
  const next = generation + 1;
  say(`generation ${next} of ${name}: new passwords for ${accounts.join(", ")}`);
  if (!rotatesByJobs(store))
    say(`${name} knows one password at a time: its clients fail from its restart until their own`);
  await pulumiQuietly(["config", "set", "--path", key(name), String(next), "--stack", stack]);
  return next;
}
