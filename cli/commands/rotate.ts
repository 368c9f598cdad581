import { Command } from "commander";
import type { StackSettings } from "../../src/config/settings";
import type { Application, Store } from "../../src/model/application";
import { own } from "../../src/model/graph";
import { readCharts } from "../../src/plan/chart";
import { composePlan } from "../../src/plan/compose";
import { createAppContext } from "../../src/plan/context";
import { rotatedAccounts } from "../../src/plan/credentials";
import { deployedStore } from "../../src/plan/deployed";
import { clientsOf } from "../../src/plan/namespace/network";
import { kindOf } from "../../src/plan/stores/registry";
import { shapeOf } from "../../src/plan/stores/shape";
import { stateIn } from "../../src/runtime/state";
import { byUrn, deployedOf, type ExportedResource, failedOf } from "../core/state";
import { reachCluster } from "../stack/access";
import { pulumiOnTerminal, pulumiQuietly, readState } from "../stack/engine";
import { PROJECT_NAME } from "../stack/project";
import { configOfStack, settingsOfStack } from "../stack/settings";
import { say } from "../terminal/progress";
import { ToolError } from "../tools/failure";
import { PROJECT } from "../tools/paths";

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
        await pulumiQuietly(["config", "set", "--path", key(name), String(generation), "--stack", stack]);
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

const key = (store: string) => `${PROJECT_NAME}:stores.${store}.generation`;

function storeNamed(application: Application, name: string): Store {
  const store = own(application.stores, name);
  if (store) return store;
  throw new ToolError(
    `${application.name} has no store ${name}; it has ${Object.keys(application.stores).join(", ")}`,
  );
}

/** The generation to go to: the one that is under way, or one more, if the plan has nothing against it. */
async function nextGeneration(
  read: StackSettings,
  name: string,
  store: Store,
  stack: string,
): Promise<{ generation: number; isNew: boolean }> {
  const { application, settings } = read;
  const shape = shapeOf(createAppContext(application, settings), name);
  const { generation } = shape;
  const accounts = rotatedAccounts(shape);
  if (accounts.length === 0)
    throw new ToolError(
      `${name} has no password that Flotilla generates: ${store.noPassword ?? "its images fix them all"}`,
    );
  const resources = await readState(stack);
  // Before the stack file is written: what another cluster refuses would be done by the next update of the right one.
  await reachCluster(settings, stack, resources);
  const deployed = deployedOf(resources);
  const there = deployedStore(deployed, name);
  if (!there)
    throw new ToolError(
      `${name} is not deployed in stack ${stack}: deploy it first, with pulumi up --stack ${stack}`,
    );
  const failed = failedOf(resources);
  if (
    generation > there.finished ||
    [name, ...clientsOf(application, name)].some((release) => failed.includes(release))
  ) {
    say(`the rotation of ${name} to generation ${generation} is under way: going on with it`);
    return { generation, isNew: false };
  }
  const next = generation + 1;
  // What the plan would refuse must not stand in the stack file.
  refuseWhatPlanRefuses(read, resources, name, next, stack);
  say(`generation ${next} of ${name}: new passwords for ${accounts.join(", ")}`);
  return { generation: next, isNew: true };
}

function refuseWhatPlanRefuses(
  read: StackSettings,
  resources: readonly ExportedResource[],
  name: string,
  generation: number,
  stack: string,
): void {
  const { settings } = read;
  const stores = { ...settings.stores };
  stores[name] = {
    clusterKey: { generation: 1 },
    loaders: {},
    ...own(settings.stores, name),
    generation,
  };
  const next = { ...read, settings: { ...settings, stores } };
  composePlan(configOfStack(stack), next, { charts: readCharts(PROJECT), ...stateIn(byUrn(resources)) });
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
  const back = `pulumi config set --path ${key(name)} ${generation - 1} --stack ${stack} && pulumi up --stack ${stack}`;
  return new ToolError(`${ended} The old passwords of ${name} still work.\n${again}\n  Go back:  ${back}`);
}
