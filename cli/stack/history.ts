/** A stack's update history, numbered from the oldest, in any backend. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bareName } from "../../src/config/stack-names";
import { compact } from "../../src/model/records";
import type { Provenance } from "../../src/runtime/provenance";
import { type ExportedResource, type ExportedState, resourcesOf, stackOutputs } from "../core/state";
import { firstLine } from "../tools/failure";
import { readBackend } from "./backend";
import { endsIn, readCheckpointFile } from "./checkpoint";
import { pulumiQuietly } from "./engine";

/** A value of a stack's config in `pulumi stack history --json`. */
export interface ConfigValue {
  /** Undefined if it is secret and secrets were not requested. */
  value?: string;
  objectValue?: unknown;
  secret?: boolean;
}

export interface Update {
  /** 1 is the oldest; a file backend's own version is always 0. */
  number: number;
  /** update, refresh, destroy, import ... */
  kind: string;
  /** succeeded, failed, in-progress. */
  result: string;
  message: string;
  startedAt: string;
  endedAt?: string;
  /** The git commit that was checked out. */
  commit?: string;
  /** The config of the update, project defaults included. */
  config: Record<string, ConfigValue>;
}

interface Entry {
  version: number;
  kind: string;
  result: string;
  message: string;
  startTime: string;
  endTime?: string;
  environment?: Record<string, string>;
  config?: Record<string, ConfigValue>;
}

/** More updates than any stack has. */
const ALL = "1000000";

/** Returns all updates, newest first. */
export async function readHistory(stack: string, { secrets = false } = {}): Promise<Update[]> {
  const shown = secrets ? ["--show-secrets"] : [];
  const args = ["stack", "history", "--json", "--page-size", ALL, "--stack", stack, ...shown];
  const entries = JSON.parse(await pulumiQuietly(args)) as Entry[];
  return entries.map((entry, index) => updateOf(entry, entries.length - index));
}

/** The newest update or destroy of a stack, and whether an update before it has succeeded. */
export interface RecentUpdates {
  last?: Omit<Update, "number">;
  /** Whether there is an update to go back to. */
  hasEarlier: boolean;
}

/** How many entries are read to find the last update. */
const RECENT = 10;

/** Returns the newest update or destroy among the last ten entries; refreshes do not count. */
export async function readRecentUpdates(stack: string): Promise<RecentUpdates> {
  const args = ["stack", "history", "--json", "--page-size", String(RECENT), "--stack", stack];
  const entries = JSON.parse(await pulumiQuietly(args)) as Entry[];
  const index = entries.findIndex(({ kind }) => ["update", "destroy"].includes(kind));
  const entry = entries[index];
  const earlier = entries
    .slice(index + 1)
    .some(({ kind, result }) => kind === "update" && result === "succeeded");
  return compact({
    last: entry && updateOf(entry, 0),
    // Older entries are not read.
    hasEarlier: earlier || entries.length === RECENT,
  });
}

export const readLastUpdate = async (stack: string): Promise<RecentUpdates["last"]> =>
  (await readRecentUpdates(stack)).last;

function updateOf(entry: Entry, fromOldest: number): Update {
  const { version, kind, result, message, startTime, endTime, environment, config } = entry;
  const commit = environment?.["git.head"];
  return compact({
    number: version > 0 ? version : fromOldest,
    kind,
    result,
    message: firstLine(message),
    startedAt: startTime,
    endedAt: endTime,
    commit,
    config: config ?? {},
  });
}

/**
 * Returns the resources at the end of an update; undefined if the backend does not have them. The cloud keeps a version for each
 * update, a file backend a checkpoint next to each history entry. Buckets keep them too, but cannot be read without the cloud's
 * own tools.
 */
export async function readCheckpoint(
  project: string,
  stack: string,
  { number }: Pick<Update, "number">,
): Promise<ExportedResource[] | undefined> {
  const backend = await readBackend();
  if (backend.kind === "cloud") {
    const args = ["stack", "export", "--version", String(number), "--stack", stack];
    return resourcesOf(JSON.parse(await pulumiQuietly(args)) as ExportedState);
  }
  if (backend.kind === "bucket") return undefined;
  const file = checkpointFile(backend.folder, project, bareName(stack), number);
  return file === undefined ? undefined : readCheckpointFile(file);
}

/** The checkpoint file of an update: history files are named by time, so they sort like the updates. */
function checkpointFile(root: string, project: string, stack: string, number: number): string | undefined {
  const history = join(root, ".pulumi", "history");
  const folder = [join(history, project, stack), join(history, stack)].find((path) => existsSync(path));
  if (folder === undefined) return undefined;
  const times = readdirSync(folder)
    .flatMap((name) => /-(\d+)\.history\.json(\.gz)?$/.exec(name)?.[1] ?? [])
    .sort((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1));
  const time = times[number - 1];
  return endsIn(folder).find(({ nanoseconds }) => String(nanoseconds) === time)?.file;
}

/** An update for JSON output, without its settings. */
export const updateJson = ({ config, ...rest }: Omit<Update, "number">) => rest;

/** The provenance that an update's program recorded. */
export const provenanceOf = (resources: readonly ExportedResource[]): Provenance | undefined =>
  stackOutputs(resources)?.provenance as Provenance | undefined;
