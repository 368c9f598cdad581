import chalk from "chalk";
import { Command } from "commander";
import { deleteCluster, describeCluster, stopCluster } from "../../dev/sandbox/cluster/cluster";
import type { Nodes } from "../../dev/sandbox/cluster/configuration";
import { deleteFromContext } from "../../dev/sandbox/context/removal";
import { sandboxOfProject, startLock } from "../../dev/sandbox/folders";
import { exclusively } from "../../dev/sandbox/lock";
import { prepareStack } from "../../dev/sandbox/stack";
import { forgetStacks, openWorld, pulumi } from "../../dev/sandbox/world";
import { EXIT } from "../core/exit-codes";
import { resultJson } from "../terminal/json";
import { contextOption, jsonOption, nodesOption, stackOption, yesOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { findTool } from "../tools/toolchain/ensure";
import { sandboxEnvCommand } from "./sandbox-env";
import { sandboxToolsCommand } from "./sandbox-tools";

export function sandboxCommand(): Command {
  const command = new Command("sandbox").description(
    "Run a Kubernetes cluster on this machine to try stacks on",
  );
  command.addHelpText(
    "after",
    "\nThe sandbox has a real control plane, and simulated nodes or real ones, or it runs on kind. It lives in .flotilla/ of the\nproject, with a state backend of its own; ~/.kube/config and ~/.pulumi stay as they are. See docs/sandbox.md.",
  );
  command.addCommand(startCommand());
  command.addCommand(stopCommand());
  command.addCommand(deleteCommand());
  command.addCommand(statusCommand());
  command.addCommand(sandboxEnvCommand());
  command.addCommand(sandboxPreviewCommand());
  command.addCommand(sandboxToolsCommand());
  return command;
}

const startCommand = (): Command =>
  new Command("start")
    .description("Start the cluster, unless it is running")
    .addOption(nodesOption())
    .action(async ({ nodes }: { nodes?: Nodes }) => {
      await openWorld(sandboxOfProject(), nodes);
      await showStatus(false);
    });

const stopCommand = (): Command =>
  new Command("stop").description("Stop the cluster and keep its data").action(async () => {
    const world = sandboxOfProject();
    const stopped = await exclusively(startLock(world), () => stopCluster(world));
    say(stopped === 0 ? "the sandbox is not running" : "stopped the sandbox");
  });

const deleteCommand = (): Command =>
  new Command("delete")
    .description("Delete the cluster, its data and its stacks")
    .addOption(
      contextOption("delete only what `flotilla demo --context` deployed to this cluster; asks first"),
    )
    .addOption(yesOption("the list is shown"))
    .action(async ({ context, yes = false }: { context?: string; yes?: boolean }) => {
      if (context !== undefined) return deleteFromContext(context, yes);
      const world = sandboxOfProject();
      await exclusively(startLock(world), async () => {
        await deleteCluster(world);
        forgetStacks(world);
      });
      say("deleted the sandbox and everything on it; the tools stay in the cache");
    });

const statusCommand = (): Command =>
  new Command("status")
    .description("Show whether the cluster runs, its address and its processes")
    .addOption(jsonOption())
    .addHelpText("after", "\nExits with 2 when the sandbox is not running.")
    .action(async ({ json }: { json?: boolean }) => {
      if (!(await showStatus(json ?? false))) process.exitCode = EXIT.reported;
    });

/** Returns whether the cluster runs. */
async function showStatus(json: boolean): Promise<boolean> {
  const description = await describeCluster(sandboxOfProject(), await findTool("kubectl"));
  if (json) process.stdout.write(resultJson(description));
  else {
    const { running, context, kubeconfig, server, kubernetes, nodes, processes } = description;
    const lines = [
      `sandbox           ${running ? chalk.green("running") : chalk.yellow("not running")}`,
      `context           ${context}`,
      `kubeconfig        ${kubeconfig}`,
      ...(running
        ? [`API server        ${server} (Kubernetes ${kubernetes})`, `nodes             ${nodes}`]
        : []),
      ...processes.map(
        ({ component, pid, node }) => `process           ${node ? `${node} ` : ""}${component} ${pid}`,
      ),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return description.running;
}

const sandboxPreviewCommand = (): Command =>
  new Command("preview")
    .description("Run `pulumi preview` of any stack against the sandbox")
    .addOption(stackOption())
    .argument("[arguments...]", "more arguments for `pulumi preview`, after --")
    .addHelpText(
      "after",
      "\nThe stack's file is not changed, and its own cluster is not contacted.\nTo preview against the stack's own cluster: npx flotilla preview",
    )
    .action(async (further: string[], { stack }: { stack: string }) => {
      const open = await openWorld(sandboxOfProject());
      const selection = await prepareStack(open, stack);
      const { exitCode } = await pulumi(open, ["preview", ...selection, ...further], {
        stdio: "inherit",
        reject: false,
      });
      process.exitCode = exitCode === 0 ? EXIT.done : EXIT.failed;
    });
