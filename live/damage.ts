/** A state file that cannot be read, and the newest copy of it that can: of a file backend, which keeps both side by side. */
import { copyFileSync, existsSync, readdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { bareName } from "../config/stack-names";
import { readBackend } from "./backend";
import { readCheckpointFile } from "./checkpoint";

export interface Damage {
  /** The state file, which is not there or is no checkpoint. */
  file: string;
  isMissing: boolean;
  /** A copy that can be read; none where there is none. */
  copy?: { file: string; writtenAt: Date; resources: number };
}

const COMPRESSIONS = ["", ".gz"];

/** Undefined for a state that can be read, for a stack that never was, and for backends that keep their states themselves. */
export async function readDamage(project: string, stack: string): Promise<Damage | undefined> {
  const backend = await readBackend();
  if (backend.kind !== "file") return undefined;
  return damageIn(join(backend.folder, ".pulumi"), project, bareName(stack));
}

/** The damage of a state in a backend's folder. */
export function damageIn(root: string, project: string, stack: string): Damage | undefined {
  const plain = join(root, "stacks", project, `${stack}.json`);
  const files = COMPRESSIONS.map((compression) => plain + compression);
  const file = files.find((path) => existsSync(path) || existsSync(`${path}.bak`));
  // Older backends have no folder for the project, and Pulumi itself moves them.
  if (file === undefined || resourcesIn(file) !== undefined) return undefined;
  const isMissing = !existsSync(file);
  // A stack that was renamed leaves a backup behind, but no history.
  if (isMissing && !existsSync(join(root, "history", project, stack))) return undefined;
  const [copy] = copiesOf(root, project, stack, file).flatMap((path) => {
    const resources = resourcesIn(path);
    return resources === undefined ? [] : [{ file: path, writtenAt: statSync(path).mtime, resources }];
  });
  return { file, isMissing, ...(copy ? { copy } : {}) };
}

/** The state before the engine's last step; then those at the end of updates, the newest first. */
function copiesOf(root: string, project: string, stack: string, file: string): string[] {
  const ends = [
    ...filesIn(join(root, "history", project, stack)).filter((path) => path.includes(".checkpoint.json")),
    ...filesIn(join(root, "backups", project, stack)),
  ];
  const byAge = ends.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return [`${file}.bak`, ...byAge];
}

const filesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];

/** How many resources a checkpoint has; undefined when it is none. */
function resourcesIn(file: string): number | undefined {
  try {
    return readCheckpointFile(file).length;
  } catch {
    return undefined;
  }
}

/** Puts the copy in its place. What was there is kept beside it; returns where. */
export function restore({ file, isMissing, copy }: Damage): string | undefined {
  if (copy === undefined) throw new Error("nothing to restore from");
  const kept = `${file}.damaged`;
  if (!isMissing) renameSync(file, kept);
  // Under another name first: broken off, it must not leave a second half of a file.
  copyFileSync(copy.file, `${file}.restored`);
  renameSync(`${file}.restored`, file);
  return isMissing ? undefined : kept;
}
