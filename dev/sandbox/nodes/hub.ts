/** Starts and finds the hub: the network of the control plane, to which the nodes are connected (./hub-script). */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ToolError } from "../../../cli/tools/failure";
import { folderOf, listProcesses, type Process } from "../../../cli/tools/processes";
import { isFree } from "../cluster/ports";
import type { World } from "../folders";
import { type HubSettings, hubDaemons, hubScript } from "./hub-script";
import { type HubFiles, hubFiles, realNodesOf } from "./layout";
import { daemonPath } from "./machine";
import { background, initOf, inSpace, isOpen, renewSpace, startSpace } from "./spaces";

const LAUNCH = join(__dirname, "launch.js");

/** Returns the port of the API server, on the machine's loopback and on the hub. */
export const portOf = (world: World): number => Number(readFileSync(hubFiles(world).port, "utf8"));

/** Returns a command line that runs in the network of the control plane. */
export async function inHubNetwork(world: World, command: readonly string[]): Promise<string[]> {
  const init = await initOf(hubFiles(world));
  if (init === undefined) throw new ToolError("the network of the sandbox's control plane does not exist");
  return [...inSpace(init, ["net"]), ...command];
}

/** Whether the hub exists and the machine can talk to it. */
export async function hasHub(world: World): Promise<boolean> {
  const files = hubFiles(world);
  const all = await listProcesses();
  return isOpen(all, files) && gatewayIn(all, files) !== undefined;
}

/** Starts the hub and the gateway of the machine to it. Returns the process ID of its first process. */
export async function startHub(world: World, port: number): Promise<number> {
  const files = hubFiles(world);
  if (!(await isFree(port)))
    throw new ToolError(
      `port ${port} on 127.0.0.1, the sandbox's, is in use by another program. Stop that program, or recreate the sandbox: npx flotilla sandbox delete`,
    );
  const settings: HubSettings = {
    folder: files.folder,
    kubeconfig: world.kubeconfig,
    port,
    nodes: realNodesOf(world).map(({ name }) => name),
    path: daemonPath(),
    node: process.execPath,
    launch: LAUNCH,
  };
  mkdirSync(files.logs, { recursive: true, mode: 0o755 });
  renewSpace(files, hubDaemons(settings));
  writeFileSync(files.script, hubScript(settings), { mode: 0o700 });
  writeFileSync(files.port, String(port));
  const init = await startSpace(files);
  const forward = ["gateway", "forward", `127.0.0.1:${port}`, "api.sock", "proxy", "pull.sock"];
  background(process.execPath, [LAUNCH, ...forward], files.folder, outsideLog(files));
  return init;
}

/** Waits until the machine can talk to the hub. @throws ToolError if the gateway ends. */
export async function untilGateway(world: World): Promise<void> {
  const files = hubFiles(world);
  while (!(await accepts(portOf(world)))) {
    await pause(100);
    if (gatewayIn(await listProcesses(), files) !== undefined) continue;
    throw new ToolError(
      `the gateway to the sandbox's control plane has ended; its log is ${outsideLog(files)}`,
    );
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });

const outsideLog = ({ logs }: HubFiles): string => join(logs, "gateway-outside.log");

/** Returns the gateway of the machine. */
export const gatewayIn = (processes: readonly Process[], { folder }: HubFiles): number | undefined =>
  processes.find(
    ({ pid, command }) =>
      command.includes(`${LAUNCH} gateway`) && command.includes(" proxy ") && folderOf(pid) === folder,
  )?.pid;
