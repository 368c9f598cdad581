/** A lock, so that only one command at a time works on a sandbox. */
import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { say } from "../../cli/terminal/progress";
import { readIfThere } from "../../cli/tools/files";
import { commandLine } from "../../cli/tools/processes";

/** The process that holds a lock. Its command line distinguishes it from a later process with the same ID. */
interface Holder {
  pid: number;
  commandLine: string;
  /** What it does, for those who wait: `sandbox start`. */
  doing: string;
}

const held = new Set<string>();

// An interrupted process does not run `finally`, but does run this.
process.on("exit", () => {
  for (const file of held) rmSync(file, { force: true });
});

/**
 * Does work that no other process does at the same time under this lock. Waits for another process, and says for which one. The
 * lock of a killed process counts as released.
 */
export async function exclusively<T>(file: string, work: () => Promise<T>): Promise<T> {
  if (held.has(file)) return work();
  await take(file);
  held.add(file);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
    held.delete(file);
  }
}

async function take(file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const own = JSON.stringify({
    pid: process.pid,
    commandLine: await commandLine(process.pid),
    doing: process.argv.slice(2).join(" "),
  } satisfies Holder);
  let reported: number | undefined;
  while (!create(file, own)) {
    const text = readIfThere(file);
    const holder = text === undefined ? undefined : holderIn(text);
    const isStale = holder === undefined ? isOld(file) : !(await isAlive(holder));
    if (text !== undefined && isStale) await removeStale(file, text, own);
    else if (holder !== undefined && holder.pid !== reported) {
      reported = holder.pid;
      say(`waiting for another command in this project: flotilla ${holder.doing} (process ${holder.pid})`);
    } else await pause(200);
  }
}

/** Only one of those who find a stale lock may remove it: by then, it may already be a new one. */
async function removeStale(file: string, stale: string, own: string): Promise<void> {
  const guard = `${file}.stale`;
  if (!create(guard, own)) {
    const other = readIfThere(guard);
    if (other !== undefined && !(await isAlive(holderIn(other)))) rmSync(guard, { force: true });
    return;
  }
  if (readIfThere(file) === stale) rmSync(file, { force: true });
  rmSync(guard, { force: true });
}

/** Creates a file unless it exists; returns whether it did. */
function create(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** A new lock may not be completely written yet. */
const isOld = (file: string): boolean =>
  Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 500;

function holderIn(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

const isAlive = async (holder: Holder | undefined): Promise<boolean> =>
  holder !== undefined &&
  holder.pid !== process.pid &&
  holder.commandLine === (await commandLine(holder.pid));
