/** A state file that cannot be read, and the newest copy of it that can: of a file backend, which keeps both side by side. */
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bareName } from "../config/stack-names";
import { ToolError } from "../tools/failure";
import { readBackend } from "./backend";
import { readCheckpointFile } from "./checkpoint";

export interface Damage {
  /** The state file, which is not there or is no checkpoint. */
  file: string;
  isMissing: boolean;
  /** A copy that can be read; none where there is none. */
  copy?: { file: string; writtenAt: Date; resources: number };
}

/** Pulumi uses the newest of these (pulumi/pkg/backend/diy/state.go: stackPath), and leaves a backup of each that it once used. */
const ENDINGS = [".json", ".json.gz", ".json.zst"];

/** Undefined for a state that can be read, for a stack that never was, and for backends that keep their states themselves. */
export async function readDamage(project: string, stack: string): Promise<Damage | undefined> {
  const root = await rootOf();
  return root === undefined ? undefined : damageIn(root, project, bareName(stack));
}

async function rootOf(): Promise<string | undefined> {
  const backend = await readBackend();
  return backend.kind === "file" ? join(backend.folder, ".pulumi") : undefined;
}

/** Where a state may be. */
const filesOf = (root: string, project: string, stack: string): string[] =>
  ENDINGS.map((ending) => join(root, "stacks", project, `${stack}${ending}`));

/** The damage of a state in a backend's folder. */
export function damageIn(root: string, project: string, stack: string): Damage | undefined {
  const files = filesOf(root, project, stack);
  const there = newest(files);
  const file = there ?? newest(files.map((path) => `${path}.bak`))?.replace(/\.bak$/, "");
  // Older backends have no folder for the project, and Pulumi itself moves them. Node.js 20 cannot read zstd.
  if (file === undefined || file.endsWith(".zst") || resourcesIn(file) !== undefined) return undefined;
  const isMissing = there === undefined;
  // A stack that was removed or renamed leaves a backup behind, but no history.
  if (isMissing && filesIn(join(root, "history", project, stack)).length === 0) return undefined;
  const [copy] = copiesOf(root, project, stack, file).flatMap((path) => {
    const resources = resourcesIn(path);
    return resources === undefined ? [] : [{ file: path, writtenAt: statSync(path).mtime, resources }];
  });
  return { file, isMissing, ...(copy ? { copy } : {}) };
}

const newest = (paths: readonly string[]): string | undefined => byAge(paths.filter(existsSync))[0];

const byAge = (paths: readonly string[]): string[] =>
  [...paths].sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);

/** The state before the engine's last step, and those at the end of updates, the newest first. */
function copiesOf(root: string, project: string, stack: string, file: string): string[] {
  const ends = [
    ...filesIn(join(root, "history", project, stack)).filter((path) => path.includes(".checkpoint.json")),
    ...filesIn(join(root, "backups", project, stack)),
  ];
  return byAge([`${file}.bak`, ...ends].filter(existsSync));
}

const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

/** How many resources a checkpoint has; undefined when it is none. @throws ToolError for one that may not be opened. */
function resourcesIn(file: string): number | undefined {
  try {
    return readCheckpointFile(file).length;
  } catch (error) {
    const { syscall, code, message } = error as NodeJS.ErrnoException;
    // It may be whole all the same.
    if (syscall !== undefined && code !== "ENOENT")
      throw new ToolError(`the state, or a copy of it, cannot be opened: ${message}`);
    return undefined;
  }
}

/** Puts the copy in its place, and notes it. What was there is kept beside it; returns where. */
export function restore({ file, copy }: Damage): string | undefined {
  if (copy === undefined) throw new Error("nothing to restore from");
  const kept = `${file}.damaged`;
  writeFileSync(noteOf(file), "");
  const isThere = existsSync(file);
  if (isThere) renameSync(file, kept);
  // Under another name first: broken off, it must not leave a second half of a file.
  copyFileSync(copy.file, `${file}.copy`);
  renameSync(`${file}.copy`, file);
  return isThere ? kept : undefined;
}

/** The note of a state that was restored and may not know its last moment. */
const noteOf = (file: string): string => `${file}.restored`;

/** Whether the state was restored, and nobody has looked yet at what it does not know. */
export async function wasRestored(project: string, stack: string): Promise<boolean> {
  const root = await rootOf();
  return root !== undefined && isNoted(root, project, bareName(stack));
}

/** The same in a backend's folder. */
export const isNoted = (root: string, project: string, stack: string): boolean =>
  filesOf(root, project, stack).some((file) => existsSync(noteOf(file)));

/** What it does not know has been told, and put right. */
export async function forgetRestored(project: string, stack: string): Promise<void> {
  const root = await rootOf();
  for (const file of root === undefined ? [] : filesOf(root, project, bareName(stack)))
    rmSync(noteOf(file), { force: true });
}
