/** The files in which a backend of files keeps a stack's state, and what it was at the end of each update. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { ExportedResource } from "./engine";

/** The resources of a checkpoint. @throws Error when the file is none. */
export function readCheckpointFile(file: string): ExportedResource[] {
  const bytes = readFileSync(file);
  // The backup beside a state has another ending.
  const text = (/\.gz(\.bak)?$/.test(file) ? gunzipSync(bytes) : bytes).toString("utf8");
  const { checkpoint } = JSON.parse(text) as {
    checkpoint: { latest?: { resources?: ExportedResource[] } };
  };
  return checkpoint.latest?.resources ?? [];
}
