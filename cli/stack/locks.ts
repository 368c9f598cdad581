/** The locks of a stack, held by a running or a killed update. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { bareName } from "../../src/config/stack-names";
import { compact } from "../../src/model/records";
import { commandLine } from "../tools/processes";
import { readBackend } from "./backend";
import { pulumiQuietly } from "./engine";

export interface Lock {
  /** Who holds it, as text. */
  by: string;
  /** Its file name, which distinguishes it from later locks. Undefined in the cloud. */
  id?: string;
  /** Whether its process is alive; undefined if that cannot be seen from here. */
  alive?: boolean;
  /** When it was taken, in ISO format; undefined if that is unknown. */
  since?: string;
}

/** Returns the locks of a stack; undefined for a bucket, whose locks pulumi only reports when it runs into them. */
export async function readLocks(project: string, stack: string): Promise<Lock[] | undefined> {
  const backend = await readBackend();
  if (backend.kind === "cloud") {
    const stacks = JSON.parse(await pulumiQuietly(["stack", "ls", "--json"])) as {
      name: string;
      updateInProgress?: boolean;
    }[];
    const isHeld = stacks.some(
      ({ name, updateInProgress }) => bareName(name) === bareName(stack) && updateInProgress,
    );
    return isHeld ? [{ by: "an update, according to the backend" }] : [];
  }
  if (backend.kind === "bucket") return undefined;
  return locksIn(join(backend.folder, ".pulumi", "locks", "organization", project, bareName(stack)));
}

/** Returns the lock of the running update of a stack; undefined if there is none, or if the backend does not report locks. */
export async function runningUpdate(project: string, stack: string): Promise<Lock | undefined> {
  return (await readLocks(project, stack))?.find(({ alive }) => alive !== false);
}

/** The temporary file of a lock that is being written (gocloud.dev/blob/fileblob: createTemp). Pulumi treats it as a lock too. */
const UNNAMED = /\.json\.[0-9a-f]+\.tmp$/;

/** The locks in a folder of a file backend. */
export async function locksIn(folder: string): Promise<Lock[]> {
  const names = (pattern: RegExp): string[] =>
    existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
  const unnamed = names(UNNAMED);
  // A lock that is just being written gets its name in a moment.
  if (unnamed.length > 0) await pause(1000);
  const abandoned = names(UNNAMED).filter((name) => unnamed.includes(name));
  const locks = await Promise.all(
    names(/\.json$/).flatMap((name) => {
      const text = readIfThere(join(folder, name));
      return text === undefined ? [] : [lockOf(text).then((lock) => ({ ...lock, id: name }))];
    }),
  );
  return [
    ...locks,
    ...abandoned.map((id) => ({
      by: "an update that could not finish writing its lock",
      id,
      alive: false,
    })),
  ];
}

/** Reads a lock file; undefined if its update has just ended and removed it. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** The pulumi command at any path and with any version suffix, but not a plugin in ~/.pulumi or an editor in a folder of that name. */
const ENGINE = /(^|[/\\])pulumi(?!-(resource|language|analyzer|tool|converter)-)[\w.-]*( |$)/;

interface LockFile {
  pid?: number;
  username?: string;
  hostname?: string;
  timestamp?: string;
}

/** Parses a lock file. A truncated one, as after a full disk, does not say who created it. */
export async function lockOf(text: string): Promise<Lock> {
  let file: LockFile;
  try {
    file = JSON.parse(text) as LockFile;
  } catch {
    return { by: "an unknown user (the lock file cannot be read)" };
  }
  const { pid, username, hostname: host, timestamp } = file;
  return compact({
    by: `${username ?? "unknown"}@${host ?? "unknown"}, process ${pid ?? "?"}`,
    // By its command line: the pid may have been reused, or belong to a dead process that is not reaped yet.
    alive: host === hostname() && pid !== undefined ? ENGINE.test(await commandLine(pid)) : undefined,
    since: timestamp,
  });
}
