/** Finds an unreadable state file of a file backend, and its newest readable copy. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { bareName } from "../../src/config/stack-names";
import { compact } from "../../src/model/records";
import { ToolError } from "../tools/failure";
import { readBackend } from "./backend";
import { type End, endsIn, filesIn, readCheckpointFile } from "./checkpoint";

export interface Damage {
  /** The state file: missing, not a valid checkpoint, or with broken `attributes`. */
  file: string;
  isMissing: boolean;
  /** The broken attributes file of an intact state. */
  attributes?: string;
  /** The best readable copy, if there is one. */
  copy?: { file: string; writtenAt: Date; resources: number };
}

/** Pulumi uses the newest of these (pulumi/pkg/backend/diy/state.go: stackPath) and leaves a backup of each. */
const ENDINGS = [".json", ".json.gz", ".json.zst"];

/** A message about the damage. */
export const damageText = (stack: string, { file, isMissing, attributes }: Damage): string =>
  attributes === undefined
    ? `the state of ${stack} is ${isMissing ? "missing" : "damaged"}: ${file}`
    : `the attributes file of the state of ${stack} cannot be read: ${attributes}`;

/** Returns undefined for a readable state, for a stack that never existed, and for backends other than files. */
export async function readDamage(project: string, stack: string): Promise<Damage | undefined> {
  const root = await rootOf();
  return root === undefined ? undefined : damageIn(root, project, bareName(stack));
}

async function rootOf(): Promise<string | undefined> {
  const backend = await readBackend();
  return backend.kind === "file" ? join(backend.folder, ".pulumi") : undefined;
}

/** The possible paths of a state. */
const filesOf = (root: string, project: string, stack: string): string[] =>
  ENDINGS.map((ending) => join(root, "stacks", project, `${stack}${ending}`));

/** Returns the damage of a state in a backend's folder. */
export function damageIn(root: string, project: string, stack: string): Damage | undefined {
  const files = filesOf(root, project, stack);
  const present = newest(files);
  // Node.js 20 cannot read zstd.
  if (present?.endsWith(".zst")) return undefined;
  if (present !== undefined && resourcesIn(present) !== undefined) {
    const attributes = brokenAttributes(present);
    return attributes === undefined ? undefined : { file: present, isMissing: false, attributes };
  }
  const ends = endsIn(join(root, "history", project, stack));
  const file =
    present ??
    newest(files.map((path) => `${path}.bak`))?.replace(/\.bak$/, "") ??
    files.find((path) => ends.some((end) => isPackedAs(path, end.file)));
  // Older backends have no project folders; Pulumi migrates them itself.
  if (file === undefined || file.endsWith(".zst")) return undefined;
  const isMissing = present === undefined;
  // A removed or renamed stack leaves a backup but no history. A stack whose first update was killed has no history either.
  if (isMissing && ends.length === 0 && !existsSync(noteOf(file))) return undefined;
  const backups = byAge(filesIn(join(root, "backups", project, stack)));
  const copy = firstWhole(copiesOf(file, ends, backups));
  return compact({ file, isMissing, copy });
}

/**
 * The attributes file of a file, if it is broken: then Pulumi cannot read the file itself either. It is written in place, and an
 * engine may be killed meanwhile (gocloud.dev/blob/fileblob: setAttrs). A missing one does no harm.
 */
function brokenAttributes(file: string): string | undefined {
  const attributes = attributesOf(file);
  try {
    JSON.parse(readFileSync(attributes, "utf8"));
    return undefined;
  } catch (error) {
    return error instanceof SyntaxError ? attributes : undefined;
  }
}

const attributesOf = (file: string): string => `${file}.attrs`;

const newest = (paths: readonly string[]): string | undefined => byAge(paths.filter(existsSync))[0];

const byAge = (paths: readonly string[]): string[] =>
  [...paths].sort((a, b) => writtenAt(b).getTime() - writtenAt(a).getTime());

const writtenAt = (file: string): Date => statSync(file).mtime;

const isPackedAs = (one: string, other: string): boolean => one.endsWith(".gz") === other.endsWith(".gz");

/**
 * The copies of a state, best first: the one from before the engine's last step, and those at the ends of updates. The end of the
 * last update is newer than its last step, but times are unreliable if the clock jumped or the backend was copied.
 */
function copiesOf(file: string, ends: readonly End[], backups: readonly string[]): string[] {
  const before = `${file}.bak`;
  const now = Date.now();
  const past = ends.filter((end) => endedAt(end) <= now);
  const future = ends.filter((end) => endedAt(end) > now);
  const [last] = past;
  const stepAt = existsSync(before) ? writtenAt(before).getTime() : undefined;
  const isLater =
    last !== undefined &&
    stepAt !== undefined &&
    endedAt(last) > stepAt &&
    writtenAt(last.file).getTime() > stepAt;
  return [
    ...(isLater ? [last.file] : []),
    before,
    ...[...past, ...future].map((end) => end.file),
    ...backups,
  ].filter((path) => isPackedAs(path.replace(/\.bak$/, ""), file));
}

/** The time in its name, in milliseconds. */
const endedAt = ({ nanoseconds }: End): number => Number(nanoseconds / 1_000_000n);

/** Returns the first intact file. @throws ToolError if there is none and one of them cannot be opened. */
function firstWhole(files: readonly string[]): Damage["copy"] {
  let closed: unknown;
  for (const file of files) {
    try {
      const resources = resourcesIn(file);
      if (resources !== undefined) return { file, writtenAt: writtenAt(file), resources };
    } catch (error) {
      closed ??= error;
    }
  }
  if (closed !== undefined) throw closed;
  return undefined;
}

/** The number of resources in a checkpoint; undefined if it is not one. @throws ToolError if it cannot be opened. */
function resourcesIn(file: string): number | undefined {
  try {
    return readCheckpointFile(file).length;
  } catch (error) {
    const { syscall, code, message } = error as NodeJS.ErrnoException;
    // An unreadable file may still be intact.
    if (syscall !== undefined && code !== "ENOENT")
      throw new ToolError(`cannot open the state or a copy of it: ${message}`);
    return undefined;
  }
}

/**
 * Restores the copy and leaves a note of it. Returns the path under which the damaged file is kept.
 * @throws ToolError if the state has become readable.
 */
export function restore({ file, attributes, copy }: Damage): string | undefined {
  if (attributes !== undefined) {
    rmSync(attributes);
    return undefined;
  }
  if (copy === undefined) throw new Error("nothing to restore from");
  if (resourcesIn(file) !== undefined)
    throw new ToolError(
      `the state can be read again and was left unchanged: ${file}\n  Run this command again.`,
    );
  const kept = `${file}.damaged`;
  mkdirSync(dirname(file), { recursive: true });
  // Under a temporary name first, so that a full disk or an interruption does no harm.
  copyFileSync(copy.file, `${file}.copy`);
  writeFileSync(noteOf(file), "");
  const isThere = existsSync(file);
  if (isThere) renameSync(file, kept);
  rmSync(attributesOf(file), { force: true });
  renameSync(`${file}.copy`, file);
  return isThere ? kept : undefined;
}

/** The file that marks a restored state, which may lack the last steps. */
const noteOf = (file: string): string => `${file}.restored`;

/** Whether the state was restored and the steps that it may lack have not been recovered yet. */
export async function wasRestored(project: string, stack: string): Promise<boolean> {
  const root = await rootOf();
  return root !== undefined && isNoted(root, project, bareName(stack));
}

/** Like `wasRestored`, for a backend's folder. */
export const isNoted = (root: string, project: string, stack: string): boolean =>
  filesOf(root, project, stack).some((file) => existsSync(noteOf(file)));

/** Removes the mark after the recovery. */
export async function forgetRestored(project: string, stack: string): Promise<void> {
  const root = await rootOf();
  for (const file of root === undefined ? [] : filesOf(root, project, bareName(stack)))
    rmSync(noteOf(file), { force: true });
}
