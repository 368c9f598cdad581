/** Folders that are gone when the work is done, when it fails, and when it is interrupted. */
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

/** How the names of the folders begin. */
export const TEMPORARY = ".temporary-";

const open = new Set<string>();

// An interrupted process runs no `finally`, but it does run this.
process.on("exit", () => {
  for (const folder of open) rmSync(folder, { recursive: true, force: true });
});

/** Hands a new folder inside `parent` to the work. */
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
