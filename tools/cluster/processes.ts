/** The cluster's own processes: kwokctl keeps a pid file each, and trusts it even when the pid is another program's by now. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import execa from "execa";

export interface ClusterProcess {
  component: string;
  pid: number;
}

/** The processes that run, judged by their command line and not by the pid alone. */
export async function runningProcesses(pids: string, folder: string): Promise<ClusterProcess[]> {
  const recorded = readPids(pids);
  const running = await Promise.all(
    recorded.map(async (entry) => ((await isOurs(entry.pid, folder)) ? [entry] : [])),
  );
  return running.flat();
}

/** Removes pid files whose process is gone or is another program: stopping the cluster must not end a stranger. */
export async function forgetDeadProcesses(pids: string, folder: string): Promise<void> {
  const alive = new Set((await runningProcesses(pids, folder)).map(({ component }) => component));
  for (const { component } of readPids(pids))
    if (!alive.has(component)) rmSync(join(pids, `${component}.pid`), { force: true });
}

/** Ends processes, gently first; waits until they are gone. */
export async function endProcesses(processes: readonly ClusterProcess[]): Promise<void> {
  const limit = Date.now() + 10_000;
  for (const { pid } of processes) signal(pid, "SIGTERM");
  for (const { pid } of processes) {
    // A process that has ended but was not yet reaped has a pid and no command line.
    while ((await commandLine(pid)) !== "" && Date.now() < limit)
      await new Promise((resolve) => setTimeout(resolve, 50));
    if ((await commandLine(pid)) !== "") signal(pid, "SIGKILL");
  }
}

function readPids(pids: string): ClusterProcess[] {
  if (!existsSync(pids)) return [];
  return readdirSync(pids)
    .filter((file) => file.endsWith(".pid"))
    .map((file) => ({
      component: basename(file, ".pid"),
      pid: Number(readFileSync(join(pids, file), "utf8")),
    }))
    .filter(({ pid }) => Number.isInteger(pid) && pid > 1);
}

async function isOurs(pid: number, folder: string): Promise<boolean> {
  return (await commandLine(pid)).includes(folder);
}

/** Empty when there is no such process, or when it has ended. */
export async function commandLine(pid: number): Promise<string> {
  if (process.platform === "linux") {
    const file = `/proc/${pid}/cmdline`;
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }
  return (await execa("ps", ["-ww", "-o", "args=", "-p", String(pid)], { reject: false })).stdout;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
