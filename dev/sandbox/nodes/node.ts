/** Starts and stops the real node of a sandbox. Its daemons run in namespaces of their own (./init-script). */
import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ToolError } from "../../../cli/tools/failure";
import { folderOf, listProcesses, type Process, signalProcess } from "../../../cli/tools/processes";
import type { InstalledTool, Toolchain } from "../../../cli/tools/toolchain/ensure";
import { isFree } from "../cluster/ports";
import type { ClusterProcess } from "../cluster/processes";
import type { World } from "../folders";
import { createCgroup, podProcesses, removeCgroup } from "./cgroups";
import {
  daemons,
  initScript,
  inNode,
  type Programs,
  type ScriptSettings,
  unshareArguments,
} from "./init-script";
import { FIXED_FOLDERS, NODE_NAME, type NodeFiles, nodeFiles } from "./layout";
import { cniFolder, daemonPath, programPath } from "./machine";
import { nodeConfiguration } from "./node-configuration";
import { ctr, importSystemImages, importUserImages } from "./system-images";

const LAUNCH = join(__dirname, "launch.js");

/** Time in seconds for pods to end before they are killed. */
const GRACE_SECONDS = 10;
const READY_SECONDS = 120;

/** Marks a folder outside the sandbox that a sandbox has created. */
const MARK = ".created-by-flotilla";

export const hasRealNode = (world: World): boolean => existsSync(nodeFiles(world).folder);

/** Returns the port of the API server, on the machine's loopback and on the node's. */
export const portOf = (world: World): number => Number(readFileSync(nodeFiles(world).port, "utf8"));

/** Returns a command line that runs in the network of the node. */
export async function inNodeNetwork(world: World, command: readonly string[]): Promise<string[]> {
  const init = await initOf(nodeFiles(world));
  if (init === undefined) throw new ToolError("the sandbox's node is not running");
  return [...inNode(init, ["net"]), ...command];
}

/** Whether the node's namespaces exist and the machine can talk to them. */
export async function hasGround(world: World): Promise<boolean> {
  const files = nodeFiles(world);
  if (!existsSync(files.groundReady) || existsSync(files.stopping)) return false;
  const all = await listProcesses();
  return initIn(all, files) !== undefined && gatewayIn(all, files) !== undefined;
}

/**
 * Writes the configuration and creates the namespaces, with all daemons that do not need the API server.
 * @throws ToolError with the reason of the machine.
 */
export async function startGround(world: World, tools: Toolchain, port: number): Promise<void> {
  const files = nodeFiles(world);
  if (!(await isFree(port)))
    throw new ToolError(
      `port ${port} on 127.0.0.1, the sandbox's, is in use by another program. Stop that program, or recreate the sandbox: npx flotilla sandbox delete`,
    );
  writeConfiguration(world, tools, port);
  prepare(() => createCgroup(files.cgroup));
  prepare(createFixedFolders);
  const log = join(files.logs, "init.log");
  background(programPath("unshare"), unshareArguments(files.script), files.folder, log);
  const limit = Date.now() + 15_000;
  while (!existsSync(files.groundReady)) {
    await pause(50);
    const ended = initIn(await listProcesses(), files) === undefined && Date.now() > limit - 14_000;
    if (!ended && Date.now() < limit) continue;
    const reason = readFileSync(log, "utf8").trim().split("\n").at(-1);
    await stopNode(world);
    await removeGround(world);
    throw new ToolError(`the namespaces of a real node cannot be created on this machine: ${reason}`);
  }
  const forward = ["gateway", "forward", `127.0.0.1:${port}`, "api.sock", "proxy", "pull.sock"];
  background(process.execPath, [LAUNCH, ...forward], files.folder, join(files.logs, "gateway-outside.log"));
}

/** Imports images, lets the daemons start that need the API server, and waits until the node is ready. */
export async function startNode(
  world: World,
  coredns: InstalledTool,
  kubectl: (...args: string[]) => Promise<unknown>,
): Promise<void> {
  const files = nodeFiles(world);
  const init = await untilRuntime(files);
  await importSystemImages(init, files, coredns);
  await importUserImages(init, files);
  writeFileSync(files.apiReady, "");
  const wait = (...args: string[]) => kubectl("wait", `--timeout=${READY_SECONDS}s`, ...args);
  try {
    await wait("--for=create", `node/${NODE_NAME}`);
    // Of a node that was stopped, the API server knows the last condition only: its lease shows that it is back.
    await wait("--for=create", "-n", "kube-node-lease", `lease/${NODE_NAME}`);
    await wait("--for=condition=Ready", `node/${NODE_NAME}`);
    await wait("--for=condition=Available", "-n", "kube-system", "deployment/coredns");
  } catch {
    throw new ToolError(`the node ${NODE_NAME} is not ready; its logs are in ${files.logs}`);
  }
}

/** Imports image archives that were added while the node runs. */
export async function importNewImages(world: World): Promise<void> {
  if (!hasRealNode(world)) return;
  const files = nodeFiles(world);
  const init = await initOf(files);
  if (init !== undefined) await importUserImages(init, files);
}

/** Returns the names of the images that the node has. */
export async function imagesOfNode(world: World): Promise<string[]> {
  const init = await initOf(nodeFiles(world));
  if (init === undefined) throw new ToolError("the sandbox's node is not running");
  return (await ctr(init, "images", "list", "--quiet")).stdout.split("\n");
}

async function untilRuntime(files: NodeFiles): Promise<number> {
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

/** Stops pods and daemons, and with them the namespaces. Returns the number of the node's daemons that ran. */
export async function stopNode(world: World): Promise<number> {
  const files = nodeFiles(world);
  if (!existsSync(files.folder)) return 0;
  const running = await nodeProcesses(world);
  const init = await initOf(files);
  if (init !== undefined) {
    writeFileSync(files.stopping, "");
    // First the kubelet, which would start the pods again.
    for (const { component, pid } of running) if (component === "kubelet") signalProcess(pid, "SIGTERM");
    await endPods(files.cgroup);
    signalProcess(init, "SIGKILL");
  }
  for (const { component, pid } of running)
    if (component === "gateway (machine)") signalProcess(pid, "SIGTERM");
  const limit = Date.now() + 10_000;
  while ((await nodeProcesses(world)).length > 0 && Date.now() < limit) await pause(50);
  return running.length;
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

/** Removes what a stopped node leaves on the machine outside the sandbox's folder. */
export async function removeGround(world: World): Promise<void> {
  const files = nodeFiles(world);
  if (!existsSync(files.folder)) return;
  for (const mark of [files.groundReady, files.apiReady]) rmSync(mark, { force: true });
  await removeCgroup(files.cgroup);
  const others = (await listProcesses()).some(({ command }) => /\/node\/init\.sh$/.test(command));
  if (!others) removeFixedFolders();
}

/** Returns the running processes of the node: its init, daemons and the gateway outside. */
export async function nodeProcesses(world: World): Promise<ClusterProcess[]> {
  const files = nodeFiles(world);
  if (process.platform !== "linux" || !existsSync(files.folder)) return [];
  const all = await listProcesses();
  const init = initIn(all, files);
  const gateway = gatewayIn(all, files);
  const namespace = init === undefined ? undefined : pidNamespaceOf(init);
  const inside = namespace === undefined ? [] : all.filter(({ pid }) => pidNamespaceOf(pid) === namespace);
  return [
    ...(init === undefined ? [] : [{ component: "node", pid: init }]),
    ...inside.flatMap(({ pid, command }) => {
      const component = daemonOf(command);
      return component === undefined ? [] : [{ component, pid }];
    }),
    ...(gateway === undefined ? [] : [{ component: "gateway (machine)", pid: gateway }]),
  ];
}

const DAEMONS = ["containerd", "kubelet", "kube-proxy", "kube-router"];

/** Returns the name of the daemon of a command line; undefined for pods and their shims. */
export function daemonOf(command: string): string | undefined {
  const [program = "", script = "", name] = command.split(" ");
  if (script.endsWith("/nodes/launch.js")) return name;
  return DAEMONS.find((daemon) => program.endsWith(`/${daemon}`));
}

/** The first process of the namespaces: the child of `unshare`. */
export function initIn(processes: readonly Process[], { script }: NodeFiles): number | undefined {
  const parent = processes.find(
    ({ command }) => command.includes("unshare ") && command.endsWith(`/bin/sh ${script}`),
  );
  return processes.find((each) => each.parent === parent?.pid && each.command === `/bin/sh ${script}`)?.pid;
}

const initOf = async (files: NodeFiles): Promise<number | undefined> =>
  process.platform === "linux" ? initIn(await listProcesses(), files) : undefined;

const gatewayIn = (processes: readonly Process[], { folder }: NodeFiles): number | undefined =>
  processes.find(
    ({ pid, command }) =>
      command.includes(`${LAUNCH} gateway`) && command.includes(" proxy ") && folderOf(pid) === folder,
  )?.pid;

function pidNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

function writeConfiguration(world: World, tools: Toolchain, port: number): void {
  const files = nodeFiles(world);
  for (const folder of [files.folder, files.logs, files.volumes, join(files.folder, "cni")])
    mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const mark of [files.groundReady, files.apiReady, files.stopping]) rmSync(mark, { force: true });
  const configuration = nodeConfiguration({
    cniPlugins: cniFolder() as string,
    certificateAuthority: join(world.cluster, "clusters", "flotilla", "pki", "ca.crt"),
    kubeconfig: world.kubeconfig,
    cgroup: files.cgroup,
  });
  for (const [name, content] of Object.entries(configuration))
    writeFileSync(join(files.folder, name), content);
  const tool = (name: string) => (tools[name] as InstalledTool).path;
  const programs: Programs = {
    containerd: programPath("containerd"),
    kubelet: tool("kubelet"),
    "kube-proxy": tool("kube-proxy"),
    "kube-router": tool("kube-router"),
    node: process.execPath,
    launch: LAUNCH,
  };
  const settings: ScriptSettings = {
    folder: files.folder,
    kubeconfig: world.kubeconfig,
    port,
    path: daemonPath(),
    programs,
  };
  // The logs of the last start.
  for (const { name } of daemons(settings)) writeFileSync(join(files.logs, `${name}.log`), "");
  writeFileSync(files.script, initScript(settings), { mode: 0o700 });
  writeFileSync(files.port, String(port));
}

/** Starts a process that outlives this one. */
function background(program: string, args: readonly string[], cwd: string, logFile: string): void {
  const log = openSync(logFile, "w");
  spawn(program, args, { cwd, detached: true, stdio: ["ignore", log, log] }).unref();
  closeSync(log);
}

function prepare(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new ToolError(`a real node cannot be prepared on this machine: ${(error as Error).message}`);
  }
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
