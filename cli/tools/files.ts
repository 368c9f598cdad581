/** Reads files that may not exist, and writes files atomically. */
import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { ToolError } from "./failure";

/** Returns the text of a file; undefined if it cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Refuses a file that cannot be written, before long work for it starts. @throws ToolError */
export function requireWritable(path: string): void {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw new Error("it is a folder");
    accessSync(found === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Creates a folder unless it exists. @throws ToolError if it cannot be created or written to. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Writes a file. @throws ToolError if it cannot be written. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Writes a file so that it has all of the text or does not change. @throws ToolError if it cannot be written. */
export function writeWhole(path: string, text: string, { mode }: { mode?: number } = {}): void {
  const arriving = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(arriving, text, { mode });
    renameSync(arriving, path);
  } catch (error) {
    rmSync(arriving, { force: true });
    throw unwritable(path, error);
  }
}

const unwritable = (path: string, error: unknown): ToolError =>
  new ToolError(`${path} cannot be written: ${(error as Error).message}`);
