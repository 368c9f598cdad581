/** The cluster's processes. kwokctl keeps a pid file for each, and trusts it even after another program got the pid. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { commandLine } from "../../../cli/tools/processes";

export interface ClusterProcess {
  component: string;
  pid: number;
  /** The name of the real node that it belongs to. */
  node?: string;
}

/** Returns the running processes, verified by their command line and not only by pid. */
export async function runningProcesses(pids: string, folder: string): Promise<ClusterProcess[]> {
  const recorded = readPids(pids);
  const running = await Promise.all(
    recorded.map(async (entry) => ((await isOurs(entry.pid, folder)) ? [entry] : [])),
  );
  return running.flat();
}

/** Removes pid files whose process has exited or is another program: stopping the cluster must not kill that. */
export async function forgetDeadProcesses(pids: string, folder: string): Promise<void> {
  const alive = new Set((await runningProcesses(pids, folder)).map(({ component }) => component));
  for (const { component } of readPids(pids))
    if (!alive.has(component)) rmSync(join(pids, `${component}.pid`), { force: true });
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
