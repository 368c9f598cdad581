/** What the last update of a stack has seen of pods that were not ready, kept in the project's `.flotilla`. Secrets are masked. */
import { mkdirSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { bareName } from "../../src/config/stack-names";
import type { Seen } from "../core/explain/seen";
import { readIfThere, writeWhole } from "../tools/files";
import { PROJECT } from "../tools/paths";

interface SeenRecord {
  version: 1;
  /** When it was written, in ISO format: the update had started before, and later ones start after it. */
  writtenAt: string;
  seen: Seen;
}

const fileOf = (stack: string, project: string): string =>
  join(project, ".flotilla", "seen", `${bareName(stack)}.json`);

/** Writes what an update has seen so far. A folder that cannot be written must not end the update. */
export function keepSeen(stack: string, seen: Seen, project = PROJECT): void {
  const file = fileOf(stack, project);
  const record: SeenRecord = { version: 1, writtenAt: new Date().toISOString(), seen };
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeWhole(file, JSON.stringify(record), { mode: 0o600 });
  } catch {
    // The report of this update has it anyway.
  }
}

/** Removes what an earlier update has seen. */
export function forgetSeen(stack: string, project = PROJECT): void {
  try {
    const file = fileOf(stack, project);
    rmSync(file, { force: true });
    rmdirSync(dirname(file));
  } catch {
    // The folder has records of other stacks or does not exist; or the record stays, and a newer update makes it invalid.
  }
}

/** Returns what the last update has seen, if it ran on this machine. `lastStart`: when the last known update started. */
export function readSeen(stack: string, lastStart: string | undefined, project = PROJECT): Seen {
  const text = readIfThere(fileOf(stack, project));
  if (text === undefined) return {};
  try {
    const { version, writtenAt, seen } = JSON.parse(text) as SeenRecord;
    const isOfLast = lastStart === undefined || Date.parse(lastStart) <= Date.parse(writtenAt);
    return version === 1 && isOfLast ? seen : {};
  } catch {
    return {};
  }
}
