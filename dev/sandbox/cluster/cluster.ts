/** Starts, stops and describes the sandbox cluster: a real control plane with simulated nodes or real ones, or kind. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import execa from "execa";
import { parse, stringify } from "yaml";
import { say, step } from "../../../cli/terminal/progress";
import { keepSchemas } from "../../../cli/tools/checks/schemas";
import { firstLine, ToolError } from "../../../cli/tools/failure";
import { readIfThere } from "../../../cli/tools/files";
import { endProcesses } from "../../../cli/tools/processes";
import type { InstalledTool, Toolchain } from "../../../cli/tools/toolchain/ensure";
import { plural } from "../../../src/model/plural";
import type { World } from "../folders";
import { hasHub, inHubNetwork, portOf } from "../nodes/hub";
import { realNodesOf } from "../nodes/layout";
import type { Kubectl } from "../nodes/node";
import {
  completeNodes,
  createNodes,
  hasRealNodes,
  importNewImages,
  nodeProcesses,
  removeGround,
  startGround,
  startMissingNodes,
  startMissingSpaces,
  stopNodes,
} from "../nodes/nodes";
import { systemObjects } from "../nodes/system-objects";
import {
  CLUSTER_CONTEXT,
  CLUSTER_NAME,
  type ClusterBinaries,
  clusterObjects,
  countOf,
  kindOf,
  kwokConfiguration,
  type NodeKind,
  type Nodes,
} from "./configuration";
import { createKind, deleteKind, hasKind, loadImages, startKind, stopKind } from "./kind";
import { freePorts } from "./ports";
import { type ClusterProcess, forgetDeadProcesses, runningProcesses } from "./processes";

/** Timeout in seconds for the control plane and the nodes to become ready. */
const READY_SECONDS = 90;

export interface ClusterDescription {
  running: boolean;
  context: string;
  kubeconfig: string;
  server?: string;
  kubernetes?: string;
  nodes?: number;
  processes: ClusterProcess[];
}

/** Caches the schemas of the cluster's kinds, so that manifests can be checked without a cluster. */
export async function keepClusterSchemas(world: World, tools: Toolchain): Promise<void> {
  await keepSchemas(async () =>
    JSON.parse((await runKubectl(world, pathOf(tools, "kubectl"), ["get", "--raw", "/openapi/v2"])).stdout),
  );
}

/** Returns the kind of the cluster's nodes; undefined if there is no cluster. */
export function nodeKind(world: World): NodeKind | undefined {
  if (!existsSync(filesOf(world).complete)) return undefined;
  if (hasKind(world)) return "kind";
  return hasRealNodes(world) ? "real" : "simulated";
}

/** Returns why the present cluster cannot have these nodes; undefined if it has them. */
function difference(world: World, wanted: Nodes): string | undefined {
  const kind = nodeKind(world);
  const count = realNodesOf(world).length;
  const isSame = kindOf(wanted) === kind && (!wanted.includes(":") || wanted === `real:${count}`);
  if (kind === undefined || isSame) return undefined;
  const has = { simulated: "simulated nodes", real: plural(count, "real node"), kind: "nodes of kind" }[kind];
  return `the sandbox has ${has}. To have others, delete it with everything on it first: npx flotilla sandbox delete`;
}

/** Returns the kubeconfig context of the cluster. */
export function contextOf(world: World): string {
  const text = readIfThere(world.kubeconfig);
  return text === undefined ? CLUSTER_CONTEXT : String(parse(text)["current-context"]);
}

/**
 * Starts the cluster unless it is running. `fresh`: it was just created, so nothing is deployed on it.
 * @throws ToolError if there is a cluster with other nodes.
 */
export async function startCluster(
  world: World,
  tools: Toolchain,
  nodes: Nodes = nodeKind(world) ?? "simulated",
): Promise<{ fresh: boolean }> {
  const files = filesOf(world);
  const present = nodeKind(world);
  const kind = kindOf(nodes);
  const isReal = kind === "real";
  const reason = difference(world, nodes);
  if (reason !== undefined) throw new ToolError(reason);
  if (kind === "kind") return startOnKind(world, tools);
  if (await isReady(world, tools)) {
    if (isReal) {
      await importNewImages(world);
      await startMissingNodes(world, tools, toolOf(tools, "coredns"), kubectlOf(world, tools));
    }
    return { fresh: false };
  }
  await forgetDeadProcesses(files.pids, files.home);
  if (present !== undefined && ownsFolder(world)) {
    try {
      await step("starting the sandbox cluster", async () => {
        if (isReal && (await hasHub(world))) await startMissingSpaces(world, tools);
        else if (isReal) {
          // The control plane may still run in the network of a hub that was killed.
          await stopCluster(world);
          await startGround(world, tools, portOf(world));
        }
        await kwokctl(world, tools, ["start", "cluster"]);
        await untilReady(world, tools);
        await releaseLeases(world, tools);
        if (isReal) await completeNodes(world, toolOf(tools, "coredns"), kubectlOf(world, tools));
      });
      return { fresh: false };
    } catch (error) {
      // Nothing of it is lost: its data and images are kept.
      if (isReal) throw error;
      say(`the sandbox cluster does not start (${firstLine((error as Error).message)}); recreating it`);
    }
  }
  await deleteCluster(world);
  try {
    await step("creating the sandbox cluster", () => createCluster(world, tools, nodes));
  } catch (error) {
    // A node that does not start would keep namespaces and cgroups of the machine.
    if (isReal) await stopCluster(world);
    throw error;
  }
  return { fresh: true };
}

/** Starts the cluster on kind; creates it if it does not exist or its containers are gone. */
async function startOnKind(world: World, tools: Toolchain): Promise<{ fresh: boolean }> {
  if (nodeKind(world) === "kind") {
    const isThere =
      (await isReady(world, tools)) ||
      (await step("starting the sandbox cluster", async () => {
        if (!(await startKind(world))) return false;
        await untilReady(world, tools);
        return true;
      }));
    if (isThere) {
      await loadImages(world);
      return { fresh: false };
    }
  }
  await deleteCluster(world);
  await step("creating the sandbox cluster on kind", () => createKind(world));
  writeFileSync(filesOf(world).complete, "");
  return { fresh: true };
}

/** Stops the cluster's processes or containers; its data is kept for the next start. Returns how many were stopped. */
export async function stopCluster(world: World): Promise<number> {
  if (hasKind(world)) return stopKind(world);
  const { pids, home } = filesOf(world);
  const ofNodes = await stopNodes(world);
  const running = await runningProcesses(pids, home);
  // Clients before servers: nothing may write to etcd while it stops.
  const order = ["kwok-controller", "kube-scheduler", "kube-controller-manager", "kube-apiserver", "etcd"];
  for (const component of order) await endProcesses(pidsOf(running, component));
  await forgetDeadProcesses(pids, home);
  await removeGround(world);
  return ofNodes + running.length;
}

/** Stops the cluster and deletes its data. */
export async function deleteCluster(world: World): Promise<void> {
  await (hasKind(world) ? deleteKind(world) : stopCluster(world));
  rmSync(world.cluster, { recursive: true, force: true });
  rmSync(world.kubeconfig, { force: true });
}

export async function describeCluster(
  world: World,
  kubectl: string | undefined,
): Promise<ClusterDescription> {
  const { pids, home } = filesOf(world);
  const description: ClusterDescription = {
    running: false,
    context: contextOf(world),
    kubeconfig: world.kubeconfig,
    processes: [...(await runningProcesses(pids, home)), ...(await nodeProcesses(world))],
  };
  const mayRun = description.processes.length > 0 || hasKind(world);
  if (kubectl === undefined || !mayRun || !existsSync(world.kubeconfig)) return description;
  const get = async (...args: string[]) => JSON.parse((await runKubectl(world, kubectl, args)).stdout);
  try {
    const [version, nodes] = await Promise.all([
      get("get", "--raw", "/version"),
      get("get", "nodes", "-o", "json"),
    ]);
    const config = parse(readFileSync(world.kubeconfig, "utf8"));
    return {
      ...description,
      running: true,
      server: config.clusters[0].cluster.server,
      kubernetes: version.gitVersion,
      nodes: nodes.items.length,
    };
  } catch {
    return description;
  }
}

async function createCluster(world: World, tools: Toolchain, nodes: Nodes): Promise<void> {
  const files = filesOf(world);
  const count = countOf(nodes);
  mkdirSync(world.cluster, { recursive: true, mode: 0o700 });
  const [etcdClient, etcdPeer, api] = (await freePorts(3)) as [number, number, number];
  const configuration = kwokConfiguration(
    binariesOf(tools),
    join(files.home, "pki"),
    { etcdClient, etcdPeer, api },
    count > 0 ? "real" : "simulated",
  );
  createNodes(world, count);
  if (count > 0) await startGround(world, tools, api);
  writeFileSync(files.configuration, stringify(configuration));
  // Otherwise kwokctl makes its keys readable by everyone.
  const umask = process.umask(0o077);
  try {
    await kwokctl(world, tools, ["create", "cluster", "--kubeconfig", world.kubeconfig]);
  } finally {
    process.umask(umask);
  }
  chmodSync(world.kubeconfig, 0o600);
  await untilReady(world, tools);
  const kubectl = pathOf(tools, "kubectl");
  const items = count > 0 ? systemObjects(toolOf(tools, "coredns").version, count) : clusterObjects();
  const objects = { apiVersion: "v1", kind: "List", items };
  await runKubectl(world, kubectl, ["apply", "--server-side", "-f", "-"], JSON.stringify(objects));
  if (count > 0) await completeNodes(world, toolOf(tools, "coredns"), kubectlOf(world, tools));
  else
    await runKubectl(world, kubectl, [
      "wait",
      "--for=condition=Ready",
      "node",
      "--all",
      `--timeout=${READY_SECONDS}s`,
    ]);
  // Without this file the creation was interrupted, and starts over.
  writeFileSync(files.complete, "");
}

const kubectlOf =
  (world: World, tools: Toolchain): Kubectl =>
  (...args) =>
    execa(pathOf(tools, "kubectl"), ["--kubeconfig", world.kubeconfig, ...args]);

/**
 * Deletes the leases of the previous processes. The new ones would wait until they expire, 15 s for the controllers and
 * 200 s for the nodes, and no pod would start until then.
 */
async function releaseLeases(world: World, tools: Toolchain): Promise<void> {
  const { pids, home } = filesOf(world);
  const remove = (...args: string[]) =>
    runKubectl(world, pathOf(tools, "kubectl"), ["delete", "lease", "--ignore-not-found", ...args]);
  await remove("-n", "kube-system", "kube-controller-manager", "kube-scheduler");
  // The controllers retry every 2 s, kwok only every 50 s: restart it once the leases are gone.
  const running = await runningProcesses(pids, home);
  await endProcesses(pidsOf(running, "kwok-controller"));
  await remove("-n", "kube-node-lease", "--all");
  await forgetDeadProcesses(pids, home);
  await kwokctl(world, tools, ["start", "cluster"]);
}

const pidsOf = (processes: readonly ClusterProcess[], of: string): number[] =>
  processes.filter(({ component }) => component === of).map(({ pid }) => pid);

async function untilReady(world: World, tools: Toolchain): Promise<void> {
  const limit = Date.now() + READY_SECONDS * 1000;
  while (!(await isReady(world, tools))) {
    if (Date.now() > limit)
      throw new ToolError(
        `the sandbox cluster is not ready after ${READY_SECONDS} s; its logs are in ${filesOf(world).logs}`,
      );
    await pause(200);
  }
}

async function isReady(world: World, tools: Toolchain): Promise<boolean> {
  if (!existsSync(world.kubeconfig) || !(hasKind(world) || (await hasProcesses(world)))) return false;
  const { exitCode } = await runKubectl(
    world,
    pathOf(tools, "kubectl"),
    ["get", "--raw", "/readyz"],
    undefined,
    false,
  );
  return exitCode === 0;
}

async function hasProcesses(world: World): Promise<boolean> {
  const { pids, home, components } = filesOf(world);
  if (!ownsFolder(world) || (await runningProcesses(pids, home)).length < components) return false;
  return !hasRealNodes(world) || hasHub(world);
}

/** Whether the cluster's files belong to this path. A moved or copied project has a cluster with the old path. */
function ownsFolder(world: World): boolean {
  const { record, home } = filesOf(world);
  return existsSync(record) && readFileSync(record, "utf8").includes(home);
}

function filesOf(world: World) {
  const home = join(world.cluster, "clusters", CLUSTER_NAME);
  return {
    home,
    configuration: join(world.cluster, "kwokctl.yaml"),
    complete: join(world.cluster, "complete"),
    record: join(home, "kwok.yaml"),
    pids: join(home, "pids"),
    logs: join(home, "logs"),
    /** etcd, API server, controller manager, scheduler, kwok. */
    components: 5,
  };
}

async function kwokctl(world: World, tools: Toolchain, args: string[]): Promise<void> {
  const { configuration } = filesOf(world);
  const command = [pathOf(tools, "kwokctl"), "--name", CLUSTER_NAME, "--config", configuration, ...args];
  const [program = "", ...rest] = hasRealNodes(world) ? await inHubNetwork(world, command) : command;
  const { exitCode, all } = await execa(program, rest, {
    reject: false,
    all: true,
    env: { KWOK_WORKDIR: world.cluster },
  });
  if (exitCode !== 0) throw new ToolError(`kwokctl ${args[0]} failed:\n${lastMessages(all ?? "")}`);
}

function runKubectl(world: World, kubectl: string, args: string[], input?: string, reject = true) {
  return execa(kubectl, ["--kubeconfig", world.kubeconfig, "--request-timeout=20s", ...args], {
    input,
    reject,
  });
}

/** Returns the last messages of kwokctl, which logs JSON lines. */
function lastMessages(output: string): string {
  const messages = output.split("\n").map((line) => {
    try {
      const { msg, err } = JSON.parse(line) as { msg?: string; err?: string };
      return [msg, err].filter(Boolean).join(": ");
    } catch {
      return line;
    }
  });
  return messages
    .filter((line) => line.trim() !== "")
    .slice(-5)
    .map((line) => `  ${line}`)
    .join("\n");
}

function binariesOf(tools: Toolchain): ClusterBinaries {
  return {
    etcd: pathOf(tools, "etcd"),
    "kube-apiserver": pathOf(tools, "kube-apiserver"),
    "kube-controller-manager": pathOf(tools, "kube-controller-manager"),
    "kube-scheduler": pathOf(tools, "kube-scheduler"),
    kwok: pathOf(tools, "kwok"),
    kubectl: pathOf(tools, "kubectl"),
  };
}

function toolOf(tools: Toolchain, name: string): InstalledTool {
  const tool = tools[name];
  if (!tool) throw new Error(`${name} was not ensured`);
  return tool;
}

const pathOf = (tools: Toolchain, name: string): string => toolOf(tools, name).path;
