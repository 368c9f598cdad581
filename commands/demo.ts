import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { catalogue } from "../apps";
import { deleteCluster } from "../tools/cluster/cluster";
import { ToolError } from "../tools/failure";
import { worldOfClone } from "../tools/paths";
import { say } from "../tools/progress";
import { forgetStacks, openWorld, pulumi } from "../tools/world";
import { repairKilledUpdate } from "./repair";
import { type RunningRelease, readRunning } from "./running";
import { applicationOption, DEFAULT_APPLICATION, localStackOf, prepareStack } from "./stack";
import { PLAIN_TABLE } from "./table";

export function demoCommand(): Command {
  return new Command("demo")
    .description("deploy an application to the embedded cluster and show what runs")
    .addOption(applicationOption("one of apps/, in a stack of its own"))
    .option("--json", "print what runs as a JSON array; progress goes to standard error")
    .action(async ({ application, json }: { application: string; json?: boolean }) => {
      const stack = localStackOf(application);
      const open = await openWorld(worldOfClone());
      const selection = await prepareStack(open, stack);
      await repairKilledUpdate(open, stack, selection);
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
          `pulumi up ended with exit code ${exitCode}. What it said is above; mend it and run make demo${appOf(application)} again: it goes on from here.`,
        );
      const releases = await readRunning(open, stack);
      process.stdout.write(
        json
          ? `${JSON.stringify(releases, null, 2)}\n`
          : `\n${show(releases)}\n${next(application, stack, releases)}\n`,
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

function show(releases: readonly RunningRelease[]): string {
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

/** How `make` is told of another application. */
const appOf = (application: string): string =>
  application === DEFAULT_APPLICATION ? "" : ` APP=${application}`;

function next(application: string, stack: string, releases: readonly RunningRelease[]): string {
  const namespace = releases[0]?.namespace;
  const service = releases.find(({ kind }) => kind === "service");
  const store = releases.find(({ kind }) => kind === "store");
  const others = Object.keys(catalogue).filter((name) => name !== application);
  const commands: [string, string][] = [
    ['eval "$(npx flotilla env)"', "put this shell into the embedded world"],
    [`pulumi stack select ${stack}`, "this application's stack"],
    [`pulumi config set --path flotilla:services.${service?.release}.tag 2.0.0`, "ship a version"],
    ["pulumi preview --diff", "see it before it is made: one release, one value"],
    ["pulumi up", "make it"],
    [`npx flotilla rotate ${store?.release} --stack ${stack}`, "new passwords for a store that is in use"],
    ["pulumi stack history", "see what was done when"],
    [`kubectl get pods -n ${namespace}`, `and helm list -n ${namespace}`],
    [`npx flotilla graph --stack ${stack}`, "who talks to whom; --format html for a page"],
    ...others.map((name): [string, string] => [`make demo${appOf(name)}`, "another application beside it"]),
    ["make preview STACK=prod", "any other stack, against the embedded cluster"],
    ["make demo-down", "delete the cluster and all of this"],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  const lines = commands.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`);
  return `\nThe pods are simulated, all else is real. Try next:\n${lines.join("\n")}`;
}
