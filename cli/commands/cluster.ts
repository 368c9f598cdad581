import chalk from "chalk";
import { Command } from "commander";
import { deleteCluster, describeCluster, stopCluster } from "../../dev/sandbox/cluster/cluster";
import { worldOfClone } from "../../dev/sandbox/folders";
import { openWorld } from "../../dev/sandbox/world";
import { jsonText } from "../terminal/json";
import { say } from "../terminal/progress";
import { findTool } from "../tools/toolchain/ensure";

export function clusterCommand(): Command {
  const command = new Command("cluster").description("start, stop, delete or describe the embedded cluster");
  command
    .command("start")
    .description("start it, unless it is running")
    .action(async () => {
      await openWorld(worldOfClone());
      await show(false);
    });
  command
    .command("stop")
    .description("stop its processes; what is deployed is there again after the next start")
    .action(async () => {
      const stopped = await stopCluster(worldOfClone());
      say(
        stopped === 0
          ? "the embedded cluster is not running"
          : `stopped the embedded cluster (${stopped} processes)`,
      );
    });
  command
    .command("delete")
    .description("stop it and delete its data")
    .action(async () => {
      await deleteCluster(worldOfClone());
      say("deleted the embedded cluster");
    });
  command
    .command("status")
    .description(
      "whether it runs, where its API server is, its nodes and processes; exit code 1 when it does not run",
    )
    .option("--json", "as a JSON object")
    .action(async ({ json }: { json?: boolean }) => {
      if (!(await show(json ?? false))) process.exitCode = 1;
    });
  return command;
}

/** Returns whether the cluster runs. */
async function show(json: boolean): Promise<boolean> {
  const description = await describeCluster(worldOfClone(), await findTool("kubectl"));
  if (json) process.stdout.write(jsonText(description));
  else {
    const { running, context, kubeconfig, server, kubernetes, nodes, processes } = description;
    const lines = [
      `embedded cluster  ${running ? chalk.green("running") : chalk.yellow("not running")}`,
      `context           ${context}`,
      `kubeconfig        ${kubeconfig}`,
      ...(running
        ? [`API server        ${server} (Kubernetes ${kubernetes})`, `nodes             ${nodes}`]
        : []),
      ...processes.map(({ component, pid }) => `process           ${component} ${pid}`),
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
  }
  return description.running;
}
