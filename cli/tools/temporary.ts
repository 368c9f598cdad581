/** Temporary folders, removed when their work is done, fails or is interrupted. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The prefix of the folders' names. */
export const TEMPORARY = ".temporary-";

const open = new Set<string>();

// An interrupted process does not run `finally`, but does run this.
process.on("exit", () => {
  for (const folder of open) rmSync(folder, { recursive: true, force: true });
});

/** Calls `work` with a new folder inside `parent`. */
export async function inTemporaryFolder<T>(parent: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(parent, TEMPORARY));
  open.add(folder);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    open.delete(folder);
  }
}
