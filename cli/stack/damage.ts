/** A state file that cannot be read, and the newest copy of it that can: of a file backend, which keeps both side by side. */
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
  /** The state file, which is not there or is no checkpoint, unless it is for its attributes that it cannot be read. */
  file: string;
  isMissing: boolean;
  /** What lies beside a state that is whole, and is none. */
  attributes?: string;
  /** A copy that can be read; none where there is none. */
  copy?: { file: string; writtenAt: Date; resources: number };
}

/** Pulumi uses the newest of these (pulumi/pkg/backend/diy/state.go: stackPath), and leaves a backup of each that it once used. */
const ENDINGS = [".json", ".json.gz", ".json.zst"];

/** What has happened to the state of a stack, in words. */
export const damageText = (stack: string, { file, isMissing, attributes }: Damage): string =>
  attributes === undefined
    ? `the state of ${stack} ${isMissing ? "is gone" : "is damaged"}: ${file}`
    : `what the backend keeps beside the state of ${stack} cannot be read: ${attributes}`;

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
  // Node.js 20 cannot read zstd.
  if (there?.endsWith(".zst")) return undefined;
  if (there !== undefined && resourcesIn(there) !== undefined) {
    const attributes = brokenAttributes(there);
    return attributes === undefined ? undefined : { file: there, isMissing: false, attributes };
  }
  const ends = endsIn(join(root, "history", project, stack));
  const file =
    there ??
    newest(files.map((path) => `${path}.bak`))?.replace(/\.bak$/, "") ??
    files.find((path) => ends.some((end) => isPackedAs(path, end.file)));
  // Older backends have no folder for the project, and Pulumi itself moves them.
  if (file === undefined || file.endsWith(".zst")) return undefined;
  const isMissing = there === undefined;
  // A stack that was removed or renamed leaves a backup behind, but no history; nor has one whose first update was killed.
  if (isMissing && ends.length === 0 && !existsSync(noteOf(file))) return undefined;
  const backups = byAge(filesIn(join(root, "backups", project, stack)));
  const copy = firstWhole(copiesOf(file, ends, backups));
  return compact({ file, isMissing, copy });
}

/**
 * The attributes of a file, when they cannot be read: then Pulumi cannot read the file either. They are written in place, and
 * an engine may be killed meanwhile (gocloud.dev/blob/fileblob: setAttrs). Where there are none nobody misses them.
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
 * Copies of a state, the best first: the one from before the engine's last step, and those at the end of updates. The end of the
 * last update comes after its last step; but times are not to be trusted when the clock has jumped, or the backend was copied.
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

/** In milliseconds, by its name. */
const endedAt = ({ nanoseconds }: End): number => Number(nanoseconds / 1_000_000n);

/** @throws ToolError when none is whole, and one may not be opened. */
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

/**
 * Puts the copy in its place, and notes it. What was there is kept beside it; returns where.
 * @throws ToolError when the state can be read by now.
 */
export function restore({ file, attributes, copy }: Damage): string | undefined {
  if (attributes !== undefined) {
    rmSync(attributes);
    return undefined;
  }
  if (copy === undefined) throw new Error("nothing to restore from");
  if (resourcesIn(file) !== undefined)
    throw new ToolError(`the state can be read again, and stays as it is: ${file}\n  Run it again.`);
  const kept = `${file}.damaged`;
  mkdirSync(dirname(file), { recursive: true });
  // Under another name first: on a full disk, or broken off, what is there stays.
  copyFileSync(copy.file, `${file}.copy`);
  writeFileSync(noteOf(file), "");
  const isThere = existsSync(file);
  if (isThere) renameSync(file, kept);
  rmSync(attributesOf(file), { force: true });
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
