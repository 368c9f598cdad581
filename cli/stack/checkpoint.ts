/** The files in which a backend of files keeps a stack's state, and what it was at the end of each update. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ExportedResource } from "../core/state";

/** What an update left at its end. */
export interface End {
  file: string;
  /** By its name (pulumi/pkg/backend/diy/state.go: addToHistory). */
  nanoseconds: bigint;
}

/** The ends of a stack's updates, in the folder of its history, the newest first. */
export function endsIn(folder: string): End[] {
  return filesIn(folder)
    .flatMap((file) => {
      const time = /-(\d+)\.checkpoint\.json(\.gz)?$/.exec(file)?.[1];
      return time === undefined ? [] : [{ file, nanoseconds: BigInt(time) }];
    })
    .sort((a, b) => (a.nanoseconds < b.nanoseconds ? 1 : -1));
}

/** What is in a folder; nothing where there is none. */
export const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

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
