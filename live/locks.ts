/** Who holds a stack: an update that is under way, or one that was killed. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { bareName } from "../config/stack-names";
import { commandLine } from "../tools/processes";
import { readBackend } from "./backend";
import { pulumiQuietly } from "./engine";

export interface Lock {
  /** Who holds it, in words. */
  by: string;
  since?: string;
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
    return isHeld ? [{ by: "an update, says the backend" }] : [];
  }
  if (backend.kind === "bucket") return undefined;
  const folder = join(backend.folder, ".pulumi", "locks", "organization", project, bareName(stack));
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return Promise.all(files.map((file) => lockOf(readFileSync(join(folder, file), "utf8"))));
}

interface LockFile {
  pid?: number;
  username?: string;
  hostname?: string;
  timestamp?: string;
}

/** What a lock file says. One that is cut off, as by a disk that was full, says nothing of who made it. */
export async function lockOf(text: string): Promise<Lock> {
  let file: LockFile;
  try {
    file = JSON.parse(text) as LockFile;
  } catch {
    return { by: "somebody, whose lock cannot be read" };
  }
  const { pid, username, hostname: host, timestamp } = file;
  return {
    by: `${username ?? "somebody"}@${host ?? "somewhere"}, process ${pid ?? "?"}`,
    ...(timestamp === undefined ? {} : { since: timestamp }),
    // By its command line: the pid may be another program's by now, or a process that is dead but not yet reaped.
    ...(host === hostname() && pid !== undefined
      ? { alive: (await commandLine(pid)).includes("pulumi") }
      : {}),
  };
}
