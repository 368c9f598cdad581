/** Starts, stops and describes all real nodes of a sandbox, with the hub that connects them. */
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ToolError } from "../../../cli/tools/failure";
import { listProcesses, signalProcess } from "../../../cli/tools/processes";
import type { InstalledTool, Toolchain } from "../../../cli/tools/toolchain/ensure";
import type { ClusterProcess } from "../cluster/processes";
import type { World } from "../folders";
import { podProcesses } from "./cgroups";
import { gatewayIn, startHub, untilGateway } from "./hub";
import { FIXED_FOLDERS, hubFiles, nodeFiles, type RealNode, realNode, realNodesOf } from "./layout";
import { forgetNodeSpace, joinCluster, type Kubectl, startNodeSpace, stopNode, untilRuntime } from "./node";
import { initIn, initOf, isOpen, processesOf } from "./spaces";
import { imagesOf, importSystemImages, importUserImages, type NodeRuntime } from "./system-images";

/** Marks a folder outside the sandbox that a sandbox has created. */
const MARK = ".created-by-flotilla";

export const hasRealNodes = (world: World): boolean => realNodesOf(world).length > 0;

/** Decides the number of nodes of a new cluster. */
export function createNodes(world: World, count: number): void {
  for (let index = 0; index < count; index++)
    mkdirSync(nodeFiles(world, realNode(index)).folder, { recursive: true, mode: 0o755 });
}

/**
 * Creates the namespaces of the hub and of all nodes, with all daemons that do not need the API server.
 * @throws ToolError with the reason of the machine.
 */
export async function startGround(world: World, tools: Toolchain, port: number): Promise<void> {
  try {
    const hub = await startHub(world, port);
    await startSpaces(world, tools, realNodesOf(world), hub);
    await untilGateway(world);
  } catch (error) {
    await stopNodes(world);
    await removeGround(world);
    throw error instanceof ToolError
      ? error
      : new ToolError(`real nodes cannot be prepared on this machine: ${(error as Error).message}`);
  }
}

async function startSpaces(
  world: World,
  tools: Toolchain,
  nodes: readonly RealNode[],
  hub: number,
): Promise<void> {
  createFixedFolders();
  // All of them, so that after a failure none starts any more.
  const started = await Promise.allSettled(nodes.map((node) => startNodeSpace(world, tools, node, hub)));
  const failed = started.find((each) => each.status === "rejected");
  if (failed === undefined) return;
  await Promise.all(nodes.map((node) => stopNode(nodeFiles(world, node))));
  throw failed.reason;
}

/** Imports images, lets the nodes join the cluster, and waits until they are ready. */
export async function completeNodes(
  world: World,
  coredns: InstalledTool,
  kubectl: Kubectl,
  nodes: readonly RealNode[] = realNodesOf(world),
): Promise<void> {
  const runtimes = await Promise.all(
    nodes.map(async (node): Promise<NodeRuntime> => {
      const files = nodeFiles(world, node);
      return { init: await untilRuntime(files), files };
    }),
  );
  await importSystemImages(runtimes, coredns);
  await importUserImages(world, runtimes);
  writeFileSync(hubFiles(world).apiReady, "");
  await Promise.all(nodes.map((node) => joinCluster(nodeFiles(world, node), node, kubectl)));
  const { logs } = hubFiles(world);
  try {
    await kubectl(
      ...["wait", "--timeout=120s", "--for=condition=Available", "-n", "kube-system", "deployment/coredns"],
    );
  } catch {
    throw new ToolError(
      `the cluster's DNS is not ready; the logs of the nodes are below ${join(logs, "..")}`,
    );
  }
}

/** Creates the namespaces of the nodes that have ended while the hub runs. Returns these nodes. */
export async function startMissingSpaces(world: World, tools: Toolchain): Promise<RealNode[]> {
  const all = await listProcesses();
  const missing = realNodesOf(world).filter((node) => !isOpen(all, nodeFiles(world, node)));
  const hub = await initOf(hubFiles(world));
  if (missing.length === 0 || hub === undefined) return [];
  for (const node of missing) await forgetNodeSpace(nodeFiles(world, node));
  await startSpaces(world, tools, missing, hub);
  return missing;
}

/** Starts the nodes that have ended while the control plane runs. */
export async function startMissingNodes(
  world: World,
  tools: Toolchain,
  coredns: InstalledTool,
  kubectl: Kubectl,
): Promise<void> {
  const missing = await startMissingSpaces(world, tools);
  if (missing.length === 0) return;
  // They show when a node is back.
  await kubectl(
    ...["delete", "lease", "--ignore-not-found", "-n", "kube-node-lease", ...missing.map(({ name }) => name)],
  );
  await completeNodes(world, coredns, kubectl, missing);
}

/** Returns the nodes that run. */
async function runningNodes(world: World): Promise<NodeRuntime[]> {
  const all = await listProcesses();
  return realNodesOf(world).flatMap((node) => {
    const files = nodeFiles(world, node);
    const init = initIn(all, files);
    return init === undefined ? [] : [{ init, files }];
  });
}

/** Imports image archives that were added while the nodes run. */
export const importNewImages = async (world: World): Promise<void> =>
  importUserImages(world, await runningNodes(world));

/** Returns the names of the images that every node has. A node that does not run imports all archives when it starts. */
export async function imagesOfNodes(world: World): Promise<string[]> {
  const [first = [], ...others] = await Promise.all((await runningNodes(world)).map(imagesOf));
  return first.filter((image) => others.every((list) => list.includes(image)));
}

/** Kills a node with its pods, as if its machine had lost power. The next start of the sandbox brings it back. */
export async function loseNode(world: World, node: RealNode): Promise<void> {
  const files = nodeFiles(world, node);
  const init = await initOf(files);
  if (init === undefined) throw new ToolError(`the node ${node.name} is not running`);
  signalProcess(init, "SIGKILL");
  while ((await initOf(files)) !== undefined || podProcesses(files.cgroup).length > 0) await pause(50);
}

/** Stops all nodes and the hub. Returns the number of processes that ran. */
export async function stopNodes(world: World): Promise<number> {
  const running = await nodeProcesses(world);
  if (running.length === 0) return 0;
  await Promise.all(realNodesOf(world).map((node) => stopNode(nodeFiles(world, node))));
  const hub = hubFiles(world);
  const init = await initOf(hub);
  if (init !== undefined) {
    writeFileSync(hub.stopping, "");
    signalProcess(init, "SIGKILL");
  }
  const gateway = gatewayIn(await listProcesses(), hub);
  if (gateway !== undefined) signalProcess(gateway, "SIGTERM");
  const limit = Date.now() + 10_000;
  while ((await nodeProcesses(world)).length > 0 && Date.now() < limit) await pause(50);
  return running.length;
}

/** Removes what stopped nodes leave on the machine outside the sandbox's folder. */
export async function removeGround(world: World): Promise<void> {
  if (!hasRealNodes(world)) return;
  for (const node of realNodesOf(world)) await forgetNodeSpace(nodeFiles(world, node));
  const hub = hubFiles(world);
  for (const mark of [hub.groundReady, hub.apiReady]) rmSync(mark, { force: true });
  const others = (await listProcesses()).some(({ command }) => /\/cluster\/node.*\/init\.sh$/.test(command));
  if (!others) removeFixedFolders();
}

/** Returns the running processes of the hub and the nodes: their first processes, daemons and the gateway outside. */
export async function nodeProcesses(world: World): Promise<ClusterProcess[]> {
  if (process.platform !== "linux" || !hasRealNodes(world)) return [];
  const all = await listProcesses();
  const hub = hubFiles(world);
  const gateway = gatewayIn(all, hub);
  return [
    ...(gateway === undefined ? [] : [{ component: "gateway (machine)", pid: gateway }]),
    ...processesOf(all, hub, "hub"),
    ...realNodesOf(world).flatMap((node) =>
      processesOf(all, nodeFiles(world, node), "node").map((each) => ({ ...each, node: node.name })),
    ),
  ];
}

function createFixedFolders(): void {
  for (const folder of FIXED_FOLDERS) {
    if (existsSync(folder)) continue;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, MARK), "");
  }
}

function removeFixedFolders(): void {
  for (const folder of FIXED_FOLDERS) {
    if (!existsSync(join(folder, MARK)) || readdirSync(folder).length > 1) continue;
    rmSync(join(folder, MARK));
    rmdirSync(folder);
  }
}
