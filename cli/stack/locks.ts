/** Who holds a stack: an update that is under way, or one that was killed. */
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
  /** Who holds it, in words. */
  by: string;
  /** What tells it from one that comes later: its file. None in the cloud. */
  id?: string;
  /** Whether its process is alive; undefined where that cannot be seen from here. */
  alive?: boolean;
}

/** The locks of a stack; undefined for a bucket, whose locks pulumi tells only when it meets them. */
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

/** Who is updating a stack right now; undefined if no one is, or if the backend does not tell. */
export async function runningUpdate(project: string, stack: string): Promise<string | undefined> {
  return (await readLocks(project, stack))?.find(({ alive }) => alive !== false)?.by;
}

/** What a lock is written to before it gets its name (gocloud.dev/blob/fileblob: createTemp). Pulumi takes it for a lock, too. */
const UNNAMED = /\.json\.[0-9a-f]+\.tmp$/;

/** The locks in a folder of a backend of files. */
export async function locksIn(folder: string): Promise<Lock[]> {
  const names = (pattern: RegExp): string[] =>
    existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
  const unnamed = names(UNNAMED);
  // One that is being written has its name in a moment.
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

/** An update that ends meanwhile takes its lock with it. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return undefined;
  }
}

/** The command, wherever it lies and whatever version it names; neither a plugin in ~/.pulumi nor an editor in a folder of that name. */
const ENGINE = /(^|[/\\])pulumi(?!-(resource|language|analyzer|tool|converter)-)[\w.-]*( |$)/;

interface LockFile {
  pid?: number;
  username?: string;
  hostname?: string;
}

/** What a lock file says. One that is cut off, as by a disk that was full, says nothing of who made it. */
export async function lockOf(text: string): Promise<Lock> {
  let file: LockFile;
  try {
    file = JSON.parse(text) as LockFile;
  } catch {
    return { by: "somebody, whose lock cannot be read" };
  }
  const { pid, username, hostname: host } = file;
  return compact({
    by: `${username ?? "somebody"}@${host ?? "somewhere"}, process ${pid ?? "?"}`,
    // By its command line: the pid may be another program's by now, or a process that is dead but not yet reaped.
    alive: host === hostname() && pid !== undefined ? ENGINE.test(await commandLine(pid)) : undefined,
  });
}
