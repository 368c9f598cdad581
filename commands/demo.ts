import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { deleteCluster } from "../tools/cluster/cluster";
import { ToolError } from "../tools/failure";
import { worldOfClone } from "../tools/paths";
import { say } from "../tools/progress";
import { forgetStacks, openWorld, pulumi } from "../tools/world";
import { type DeployedRelease, readDeployed } from "./deployed";
import { repairKilledUpdate } from "./repair";
import { LOCAL_STACK, prepareStack } from "./stack";
import { PLAIN_TABLE } from "./table";

export function demoCommand(): Command {
  return new Command("demo")
    .description("deploy the stack `local` to the embedded cluster and show what runs")
    .option("--json", "print what runs as a JSON array; progress goes to standard error")
    .action(async ({ json }: { json?: boolean }) => {
      const open = await openWorld(worldOfClone());
      const selection = await prepareStack(open, LOCAL_STACK);
      await repairKilledUpdate(open, LOCAL_STACK, selection);
      const { exitCode } = await pulumi(
        open,
        ["up", ...selection, "--yes", "--skip-preview", "--suppress-outputs"],
        {
          // With --json standard output belongs to the result.
          stdio: ["inherit", json ? process.stderr : "inherit", "inherit"],
          reject: false,
        },
      );
      if (exitCode !== 0)
        throw new ToolError(
          `pulumi up ended with exit code ${exitCode}. What it said is above; mend it and run make demo again: it goes on from here.`,
        );
      const releases = await readDeployed(open, LOCAL_STACK);
      process.stdout.write(
        json ? `${JSON.stringify(releases, null, 2)}\n` : `\n${show(releases)}\n${NEXT}\n`,
      );
    });
}

export function demoDownCommand(): Command {
  return new Command("demo-down")
    .description("delete the embedded cluster with everything on it, and its stacks")
    .action(async () => {
      const world = worldOfClone();
      await deleteCluster(world);
      forgetStacks(world);
      say("the embedded cluster and everything on it is gone; the tools stay in the cache");
    });
}

function show(releases: readonly DeployedRelease[]): string {
  const table = new Table({
    ...PLAIN_TABLE,
    head: ["RELEASE", "KIND", "CHART", "STATUS", "PODS READY", "ENDPOINT", "IMAGE"],
  });
  for (const { release, kind, chart, status, pods, endpoint, image } of releases) {
    const all = pods.ready === pods.wanted;
    const ready = kind === "job" && all ? "done" : `${pods.ready}/${pods.wanted}`;
    table.push([
      release,
      kind,
      chart,
      status === "deployed" ? chalk.green(status) : chalk.red(status),
      all ? ready : chalk.yellow(ready),
      endpoint ?? "-",
      image,
    ]);
  }
  const pods = releases
    .filter(({ kind }) => kind !== "job")
    .reduce((sum, { pods: { ready } }) => sum + ready, 0);
  return `${table.toString()}\n\n${releases.length} releases, ${pods} pods ready in namespace ${releases[0]?.namespace}.`;
}

const NEXT = `
The pods are simulated, all else is real. Try next:
  eval "$(npx flotilla env)"                       put this shell into the embedded world
  pulumi config set --path flotilla:services.cart.tag 2.0.0
  pulumi preview --diff                            see a change before it is made: one release, one value
  pulumi up                                        make it
  npx flotilla rotate mongodb --stack local        new passwords for a store that is in use
  pulumi stack history                             see what was done when
  kubectl get pods -n robot-shop-local             and helm list -n robot-shop-local
  make preview STACK=prod                          any other stack, against the embedded cluster
  make demo-down                                   delete the cluster and all of this`;
