import { Command } from "commander";
import { nodeKind } from "../../dev/sandbox/cluster/cluster";
import type { NodeKind } from "../../dev/sandbox/cluster/configuration";
import { sandboxOfProject } from "../../dev/sandbox/folders";
import { localStackOf, prepareStack } from "../../dev/sandbox/stack";
import { enterWorld, openWorld, pulumi } from "../../dev/sandbox/world";
import { CHECKED } from "../../src/runtime/overrides";
import { type ReleaseStatus, releaseStatuses } from "../core/release-status";
import { catalogue } from "../stack/catalogue";
import { firstAidFor, giveFirstAid } from "../stack/first-aid";
import { lookAt } from "../stack/look";
import { applicationOption, DEFAULT_APPLICATION } from "../stack/project";
import { recover } from "../stack/recovery/performing";
import { recoveryOf } from "../stack/recovery/reading";
import { resultJson } from "../terminal/json";
import { jsonOption, nodesOption } from "../terminal/options";
import { statusTable, summary } from "../terminal/release-table";
import { ToolError } from "../tools/failure";

interface DemoOptions {
  application: string;
  nodes?: NodeKind;
  json?: boolean;
}

export function demoCommand(): Command {
  return new Command("demo")
    .description("Deploy an application to the sandbox and show what runs")
    .addOption(applicationOption("application from apps/; each has its own stack"))
    .addOption(nodesOption())
    .addOption(jsonOption())
    .action(async ({ application, nodes, json }: DemoOptions) => {
      const stack = localStackOf(application);
      const open = await openWorld(sandboxOfProject(), nodes);
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
            // What the cluster has lost is marked by now, so it is installed again.
            ...(actions.some((action) => action.do === "reinstall") ? { [CHECKED]: "true" } : {}),
          } as NodeJS.ProcessEnv,
          // With --json standard output is for the result.
          stdio: ["inherit", json ? process.stderr : "inherit", "inherit"],
          reject: false,
        },
      );
      if (exitCode !== 0)
        throw new ToolError(
          `pulumi up exited with ${exitCode}; its output is above. Fix the cause and run make demo${appOf(application)} again: it continues from here.`,
        );
      const { resources, live, workloads, namespace } = await lookAt(stack);
      const releases = releaseStatuses(resources, live, workloads);
      process.stdout.write(
        json
          ? resultJson({ stack, releases })
          : `\n${statusTable(releases)}\n\n${summary(releases)}\n${next(application, stack, namespace, releases, nodeKind(open.world))}\n`,
      );
    });
}

const notNow = (stack: string, why: string): ToolError =>
  new ToolError(
    `${stack} cannot be updated now: ${why}\n  To see its state and repair it: npx flotilla recover --stack ${stack}`,
  );

/** The argument for `make`. */
const appOf = (application: string): string =>
  application === DEFAULT_APPLICATION ? "" : ` APP=${application}`;

function next(
  application: string,
  stack: string,
  namespace: string,
  releases: readonly ReleaseStatus[],
  nodes: NodeKind | undefined,
): string {
  const service = releases.find(({ kind }) => kind === "service");
  const store = releases.find(({ kind }) => kind === "store");
  const others = Object.keys(catalogue()).filter((name) => name !== application);
  const commands: [string, string][] = [
    ['eval "$(npx flotilla sandbox env)"', "point this shell to the sandbox"],
    [`pulumi stack select ${stack}`, "select the stack of this application"],
    [`pulumi config set --path flotilla:services.${service?.release}.tag 2.0.0`, "set a new version"],
    [`npx flotilla diff --stack ${stack}`, "show what it would change, and which pods restart"],
    [`npx flotilla up --stack ${stack}`, "deploy it; a failure is explained"],
    [`npx flotilla rollback --stack ${stack}`, "go back"],
    [`npx flotilla rotate ${store?.release} --stack ${stack}`, "replace the passwords of a running store"],
    [`npx flotilla status --stack ${stack}`, "show what runs"],
    [`kubectl get pods -n ${namespace}`, `and helm list -n ${namespace}`],
    [`npx flotilla graph --stack ${stack}`, "draw the connections; --format html for a page"],
    ...others.map((name): [string, string] => [
      `make demo${appOf(name)}`,
      "deploy another application next to it",
    ]),
    ["make preview STACK=prod", "preview another stack against the sandbox"],
    ["make demo-down", "delete the sandbox and everything on it"],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  const lines = commands.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`);
  const reality =
    nodes === "real" ? "Pods run on a real node." : "The pods are simulated; everything else is real.";
  return `\n${reality} Try next:\n${lines.join("\n")}`;
}
