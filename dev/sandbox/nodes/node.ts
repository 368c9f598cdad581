/** Starts and stops one real node. Its daemons run in namespaces of their own (./init-script). */
import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ToolError } from "../../../cli/tools/failure";
import { listProcesses, signalProcess } from "../../../cli/tools/processes";
import type { InstalledTool, Toolchain } from "../../../cli/tools/toolchain/ensure";
import type { World } from "../folders";
import { createCgroup, podProcesses, removeCgroup } from "./cgroups";
import { portOf } from "./hub";
import { daemons, initScript, type ScriptSettings } from "./init-script";
import { type NodeFiles, nodeFiles, type RealNode } from "./layout";
import { cniFolder, daemonPath, programPath } from "./machine";
import { nodeConfiguration } from "./node-configuration";
import { initOf, processesOf, renewSpace, startSpace } from "./spaces";
import { ctr } from "./system-images";

/** Time in seconds for pods to end before they are killed. */
const GRACE_SECONDS = 10;
const READY_SECONDS = 120;

export type Kubectl = (...args: string[]) => Promise<unknown>;

/**
 * Writes the configuration and creates the namespaces, with all daemons that do not need the API server. `hub` is the first
 * process of the hub.
 */
export async function startNodeSpace(
  world: World,
  tools: Toolchain,
  node: RealNode,
  hub: number,
): Promise<void> {
  const files = nodeFiles(world, node);
  writeConfiguration(world, tools, node);
  createCgroup(files.cgroup);
  const network = openSync(`/proc/${hub}/ns/net`, "r");
  try {
    await startSpace(files, network);
  } finally {
    closeSync(network);
  }
}

/** Waits for containerd. Returns the node's first process. */
export async function untilRuntime(files: NodeFiles): Promise<number> {
  const limit = Date.now() + 30_000;
  for (;;) {
    const init = await initOf(files);
    if (init !== undefined)
      try {
        await ctr(init, "version");
        return init;
      } catch {
        // It is still starting.
      }
    if (Date.now() > limit)
      throw new ToolError(`containerd does not start; its log is ${join(files.logs, "containerd.log")}`);
    await pause(200);
  }
}

/** Lets the daemons start that need the API server, and waits until the node is ready. */
export async function joinCluster(files: NodeFiles, { name }: RealNode, kubectl: Kubectl): Promise<void> {
  writeFileSync(files.apiReady, "");
  const wait = (...args: string[]) => kubectl("wait", `--timeout=${READY_SECONDS}s`, ...args);
  try {
    await wait("--for=create", `node/${name}`);
    // Of a node that was stopped, the API server knows the last condition only: its lease shows that it is back.
    await wait("--for=create", "-n", "kube-node-lease", `lease/${name}`);
    await wait("--for=condition=Ready", `node/${name}`);
  } catch {
    throw new ToolError(`the node ${name} is not ready; its logs are in ${files.logs}`);
  }
}

/** Stops pods and daemons, and with them the namespaces. */
export async function stopNode(files: NodeFiles): Promise<void> {
  const init = await initOf(files);
  if (init === undefined) return;
  writeFileSync(files.stopping, "");
  // First the kubelet, which would start the pods again.
  for (const { component, pid } of processesOf(await listProcesses(), files, "node"))
    if (component === "kubelet") signalProcess(pid, "SIGTERM");
  await endPods(files.cgroup);
  signalProcess(init, "SIGKILL");
}

async function endPods(cgroup: string): Promise<void> {
  const alive = async () => {
    const pids = new Set(podProcesses(cgroup));
    // Ends by a kill only.
    return (await listProcesses()).filter(({ pid, command }) => pids.has(pid) && command !== "/pause");
  };
  for (const { pid } of await alive()) signalProcess(pid, "SIGTERM");
  const limit = Date.now() + GRACE_SECONDS * 1000;
  while (Date.now() < limit && (await alive()).length > 0) await pause(100);
}

/** Removes what a node that has ended leaves on the machine outside the sandbox's folder. */
export async function forgetNodeSpace(files: NodeFiles): Promise<void> {
  for (const mark of [files.groundReady, files.apiReady]) rmSync(mark, { force: true });
  await removeCgroup(files.cgroup);
}

function writeConfiguration(world: World, tools: Toolchain, node: RealNode): void {
  const files = nodeFiles(world, node);
  for (const folder of [files.folder, files.logs, files.volumes, join(files.folder, "cni")])
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  const certificates = join(world.cluster, "clusters", "flotilla", "pki");
  const configuration = nodeConfiguration({
    node,
    cniPlugins: cniFolder() as string,
    certificateAuthority: join(certificates, "ca.crt"),
    certificate: join(certificates, "admin.crt"),
    key: join(certificates, "admin.key"),
    port: portOf(world),
    cgroup: files.cgroup,
  });
  for (const [name, content] of Object.entries(configuration))
    writeFileSync(join(files.folder, name), content);
  const tool = (name: string) => (tools[name] as InstalledTool).path;
  const settings: ScriptSettings = {
    node,
    folder: files.folder,
    path: daemonPath(),
    programs: {
      containerd: programPath("containerd"),
      kubelet: tool("kubelet"),
      "kube-proxy": tool("kube-proxy"),
      "kube-router": tool("kube-router"),
    },
  };
  renewSpace(files, daemons(settings));
  writeFileSync(files.script, initScript(settings), { mode: 0o700 });
}
