/** The processes of this machine. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import execa from "execa";

export interface Process {
  pid: number;
  parent: number;
  /** Its program and arguments, separated by spaces. */
  command: string;
}

/** Returns the visible processes, without zombies. */
export async function listProcesses(): Promise<Process[]> {
  if (process.platform === "linux")
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? fromProc(Number(name)) : []));
  const { stdout } = await execa("ps", ["-axww", "-o", "pid=,ppid=,args="]);
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined || command.startsWith("(")
      ? []
      : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** The working directory of a process; undefined if it cannot be read. */
export function folderOf(pid: number): string | undefined {
  try {
    return process.platform === "linux" ? readlinkSync(`/proc/${pid}/cwd`) : undefined;
  } catch {
    // It has ended, or belongs to another user.
    return undefined;
  }
}

/** The initial environment of a process; undefined if it cannot be read. */
export function environmentOf(pid: number): Record<string, string> | undefined {
  try {
    if (process.platform !== "linux") return undefined;
    const entries = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return Object.fromEntries(entries.map((entry) => [entry.split("=", 1)[0], entry.replace(/^[^=]*=/, "")]));
  } catch {
    // It has ended, or belongs to another user.
    return undefined;
  }
}

/** Returns a process and its descendants, by parent: pids wrap around, so their order says nothing. */
export function treeOf<P extends Pick<Process, "pid" | "parent">>(pid: number, processes: readonly P[]): P[] {
  const own = processes.filter((each) => each.pid === pid);
  return [
    ...own,
    ...processes.filter(({ parent }) => parent === pid).flatMap((child) => treeOf(child.pid, processes)),
  ];
}

function fromProc(pid: number): Process[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replace(/\0+$/, "").replaceAll("\0", " ");
    // Its name is in parentheses and may itself contain spaces and parentheses.
    const parent = /^.*\) \S+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
    return command === "" ? [] : [{ pid, parent: Number(parent), command }];
  } catch {
    // It has ended.
    return [];
  }
}

/** Ends processes with SIGTERM, then SIGKILL, and waits until they are gone. */
export async function endProcesses(pids: readonly number[]): Promise<void> {
  const limit = Date.now() + 10_000;
  for (const pid of pids) signalProcess(pid, "SIGTERM");
  for (const pid of pids) {
    // A zombie has a pid but no command line.
    while ((await commandLine(pid)) !== "" && Date.now() < limit) await pause(50);
    if ((await commandLine(pid)) !== "") signalProcess(pid, "SIGKILL");
  }
}

/** The command line of a process; empty if it does not exist or has ended. */
export async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") return fromProc(pid)[0]?.command ?? "";
  return (await execa("ps", ["-ww", "-o", "args=", "-p", String(pid)], { reject: false })).stdout;
}

/** Whether this user may signal a process; processes of other users are visible too. */
export function isOwn(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Sends a signal, unless the process has already ended. */
export function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
