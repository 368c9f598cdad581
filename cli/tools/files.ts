/** Reads files that may not exist, and writes files atomically. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { ToolError } from "./failure";

/** Returns the text of a file; undefined if it cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Writes a file so that it has all of the text or does not change. @throws ToolError if it cannot be written. */
export function writeWhole(path: string, text: string): void {
  const arriving = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(arriving, text);
    renameSync(arriving, path);
  } catch (error) {
    rmSync(arriving, { force: true });
    throw new ToolError(`${path} cannot be written: ${(error as Error).message}`);
  }
}
