/** The files of a file backend with a stack's state, and with the state at the end of each update. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ExportedResource } from "../core/state";

/** The checkpoint at the end of an update. */
export interface End {
  file: string;
  /** The time in its name (pulumi/pkg/backend/diy/state.go: addToHistory). */
  nanoseconds: bigint;
}

/** The checkpoints at the ends of a stack's updates, in its history folder, newest first. */
export function endsIn(folder: string): End[] {
  return filesIn(folder)
    .flatMap((file) => {
      const time = /-(\d+)\.checkpoint\.json(\.gz)?$/.exec(file)?.[1];
      return time === undefined ? [] : [{ file, nanoseconds: BigInt(time) }];
    })
    .sort((a, b) => (a.nanoseconds < b.nanoseconds ? 1 : -1));
}

/** The paths in a folder; none if it does not exist. */
export const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

/** The resources of a checkpoint. @throws Error if the file is not a checkpoint. */
export function readCheckpointFile(file: string): ExportedResource[] {
  const bytes = readFileSync(file);
  // Backups of the state end in .bak.
  const text = (/\.gz(\.bak)?$/.test(file) ? gunzipSync(bytes) : bytes).toString("utf8");
  const { checkpoint } = JSON.parse(text) as {
    checkpoint: { latest?: { resources?: ExportedResource[] } };
  };
  return checkpoint.latest?.resources ?? [];
}
