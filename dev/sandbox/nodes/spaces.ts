/** Starts and finds sets of namespaces, and runs commands in them. The hub and every node have one; its first process is a script. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { ToolError } from "../../../cli/tools/failure";
import { listProcesses, type Process } from "../../../cli/tools/processes";
import type { ClusterProcess } from "../cluster/processes";
import type { SpaceFiles } from "./layout";
import { programPath } from "./machine";

const READY_MS = 15_000;
/** After that time a process that was started is visible. */
const VISIBLE_MS = 1000;

/** Returns the arguments of `unshare` that start the script. */
const unshareArguments = (script: string): string[] => [
  ...["--fork", "--kill-child", "--pid", "--mount-proc", "--mount", "--net"],
  ...["/bin/sh", script],
];

/** Returns a command to be run in namespaces; `init` is the process ID of their script. */
export const inSpace = (init: number, namespaces: readonly ("net" | "mount")[]): string[] => [
  "nsenter",
  `--target=${init}`,
  ...namespaces.map((name) => `--${name}`),
];

/** Removes the marks of the last start, and empties its logs. */
export function renewSpace(files: SpaceFiles, daemons: readonly { name: string }[]): void {
  for (const mark of [files.groundReady, files.apiReady, files.stopping]) rmSync(mark, { force: true });
  for (const { name } of daemons) writeFileSync(`${files.logs}/${name}.log`, "");
}

/**
 * Starts the script in new namespaces, and waits until their mounts and network are complete.
 * @param descriptor a file that the script finds as its file descriptor 3.
 * @throws ToolError with the reason of the machine.
 */
export async function startSpace(files: SpaceFiles, descriptor?: number): Promise<number> {
  const log = `${files.logs}/init.log`;
  background(programPath("unshare"), unshareArguments(files.script), files.folder, log, descriptor);
  const start = Date.now();
  for (;;) {
    const init = initIn(await listProcesses(), files);
    if (init !== undefined && existsSync(files.groundReady)) return init;
    const time = Date.now() - start;
    if (time > READY_MS || (init === undefined && time > VISIBLE_MS)) {
      const reason = readFileSync(log, "utf8").trim().split("\n").at(-1);
      throw new ToolError(`the namespaces of real nodes cannot be created on this machine: ${reason}`);
    }
    await pause(50);
  }
}

/** The first process of the namespaces: the child of `unshare`. */
export function initIn(
  processes: readonly Process[],
  { script }: Pick<SpaceFiles, "script">,
): number | undefined {
  const parent = processes.find(
    ({ command }) => command.includes("unshare ") && command.endsWith(`/bin/sh ${script}`),
  );
  return processes.find((each) => each.parent === parent?.pid && each.command === `/bin/sh ${script}`)?.pid;
}

export const initOf = async (files: SpaceFiles): Promise<number | undefined> =>
  process.platform === "linux" ? initIn(await listProcesses(), files) : undefined;

/** Whether the namespaces exist and are not about to end. */
export const isOpen = (processes: readonly Process[], files: SpaceFiles): boolean =>
  existsSync(files.groundReady) && !existsSync(files.stopping) && initIn(processes, files) !== undefined;

/** Returns the first process of the namespaces, as `name`, and their daemons. */
export function processesOf(
  processes: readonly Process[],
  files: SpaceFiles,
  name: string,
): ClusterProcess[] {
  const init = initIn(processes, files);
  const namespace = init === undefined ? undefined : pidNamespaceOf(init);
  if (init === undefined || namespace === undefined) return [];
  const daemons = processes.flatMap(({ pid, command }) => {
    const component = daemonOf(command);
    return component === undefined || pidNamespaceOf(pid) !== namespace ? [] : [{ component, pid }];
  });
  return [{ component: name, pid: init }, ...daemons];
}

const DAEMONS = ["containerd", "kubelet", "kube-proxy", "kube-router"];

/** Returns the name of the daemon of a command line; undefined for pods and their shims. */
export function daemonOf(command: string): string | undefined {
  const [program = "", script = "", name] = command.split(" ");
  if (script.endsWith("/nodes/launch.js")) return name;
  return DAEMONS.find((daemon) => program.endsWith(`/${daemon}`));
}

function pidNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}

/** Starts a process that outlives this one. */
export function background(
  program: string,
  args: readonly string[],
  cwd: string,
  logFile: string,
  descriptor?: number,
): void {
  const log = openSync(logFile, "w");
  const files = descriptor === undefined ? [] : [descriptor];
  spawn(program, args, { cwd, detached: true, stdio: ["ignore", log, log, ...files] }).unref();
  closeSync(log);
}
