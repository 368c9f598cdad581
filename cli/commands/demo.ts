import { Command } from "commander";
import { deleteCluster } from "../../dev/sandbox/cluster/cluster";
import { worldOfClone } from "../../dev/sandbox/folders";
import { localStackOf, prepareStack } from "../../dev/sandbox/stack";
import { enterWorld, forgetStacks, openWorld, pulumi } from "../../dev/sandbox/world";
import { CHECKED } from "../../src/runtime/overrides";
import { type ReleaseStatus, releaseStatuses } from "../core/release-status";
import { catalogue } from "../stack/catalogue";
import { firstAidFor, giveFirstAid } from "../stack/first-aid";
import { lookAt } from "../stack/look";
import { applicationOption, DEFAULT_APPLICATION } from "../stack/project";
import { recover } from "../stack/recovery/performing";
import { recoveryOf } from "../stack/recovery/reading";
import { jsonText } from "../terminal/json";
import { say } from "../terminal/progress";
import { statusTable, summary } from "../terminal/release-table";
import { ToolError } from "../tools/failure";

export function demoCommand(): Command {
  return new Command("demo")
    .description("deploy an application to the embedded cluster and show what runs")
    .addOption(applicationOption("one of apps/, in a stack of its own"))
    .option("--json", "print what runs as a JSON array; progress goes to standard error")
    .action(async ({ application, json }: { application: string; json?: boolean }) => {
      const stack = localStackOf(application);
      const open = await openWorld(worldOfClone());
      enterWorld(open);
      const first = await firstAidFor(stack);
      if (first.unsure !== undefined) throw notNow(stack, first.unsure);
      await giveFirstAid(first);
      const selection = await prepareStack(open, stack);
      const { actions, blocked, unsure } = await recoveryOf(stack, first);
      const doubt = blocked ?? unsure;
      if (doubt !== undefined) throw notNow(stack, doubt);
      await recover(stack, actions);
      const { exitCode } = await pulumi(
        open,
        ["up", ...selection, "--yes", "--skip-preview", "--suppress-outputs"],
        {
          env: {
            ...open.environment,
            // What the cluster has lost is marked by now, and installed again.
            ...(actions.some((action) => action.do === "reinstall") ? { [CHECKED]: "true" } : {}),
          } as NodeJS.ProcessEnv,
          // With --json standard output belongs to the result.
          stdio: ["inherit", json ? process.stderr : "inherit", "inherit"],
          reject: false,
        },
      );
      if (exitCode !== 0)
        throw new ToolError(
          `pulumi up ended with exit code ${exitCode}. Its output is above; fix it and run make demo${appOf(application)} again: it goes on from here.`,
        );
      const { resources, live, workloads, namespace } = await lookAt(stack);
      const releases = releaseStatuses(resources, live, workloads);
      process.stdout.write(
        json
          ? jsonText(releases)
          : `\n${statusTable(releases)}\n\n${summary(releases)}\n${next(application, stack, namespace, releases)}\n`,
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

const notNow = (stack: string, why: string): ToolError =>
  new ToolError(`${stack} cannot be updated now: ${why}\n  See: npx flotilla recover --stack ${stack}`);

/** How `make` is told of another application. */
const appOf = (application: string): string =>
  application === DEFAULT_APPLICATION ? "" : ` APP=${application}`;

function next(
  application: string,
  stack: string,
  namespace: string,
  releases: readonly ReleaseStatus[],
): string {
  const service = releases.find(({ kind }) => kind === "service");
  const store = releases.find(({ kind }) => kind === "store");
  const others = Object.keys(catalogue()).filter((name) => name !== application);
  const commands: [string, string][] = [
    ['eval "$(npx flotilla env)"', "put this shell into the embedded world"],
    [`pulumi stack select ${stack}`, "this application's stack"],
    [`pulumi config set --path flotilla:services.${service?.release}.tag 2.0.0`, "ship a version"],
    [`npx flotilla diff --stack ${stack}`, "see what it would change: which objects, which pods restart"],
    [`npx flotilla up --stack ${stack}`, "deploy it, and learn why if it fails"],
    [`npx flotilla rollback --stack ${stack}`, "take it back"],
    [`npx flotilla rotate ${store?.release} --stack ${stack}`, "new passwords for a store that is in use"],
    [`npx flotilla status --stack ${stack}`, "what runs, and whether it is what was deployed"],
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
