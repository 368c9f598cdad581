/** A state backend on a disk that is nearly full: a small file system in a mount namespace of the update's own. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { testWorld } from "../e2e/world";

/** Where the small disk's contents are laid before and after. */
const ASIDE = join(testWorld.folder, "disk");
const PAGE = 4096;

/** Puts the state onto the small disk, runs the command, and keeps what is left of the state. */
const SCRIPT = `set -e
state=$1 aside=$2 size=$3; shift 3
cp -a "$state" "$aside/before"
mount -t tmpfs -o "size=$size" none "$state"
cp -a "$aside/before/." "$state/"
set +e
"$@"
code=$?
cp -a "$state" "$aside/after"
exit $code`;

/** Whether this user may mount in a namespace of its own; not on macOS, nor where the kernel forbids it. */
export async function smallDisksArePossible(): Promise<boolean> {
  const { exitCode } = await execa("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/tmp"], {
    reject: false,
  });
  return exitCode === 0;
}

/** A command before the update's: the disk has room for `share` (0 to 1) of what an update writes at most. */
export async function onSmallDisk(share: number): Promise<readonly string[]> {
  rmSync(ASIDE, { recursive: true, force: true });
  mkdirSync(ASIDE, { recursive: true });
  const files = sizesIn(testWorld.state);
  const used = files.reduce((sum, size) => sum + Math.ceil(size / PAGE) * PAGE + PAGE, 0);
  // An update writes a backup of the state, a new one beside it again and again, and at its end an entry of the history.
  const room = Math.round(share * 2 * Math.max(...files));
  return ["unshare", "-rm", "sh", "-c", SCRIPT, "sh", testWorld.state, ASIDE, String(used + room)];
}

/** What the small disk held is the state from now on, on a disk with room. */
export function takeBack(): void {
  const after = join(ASIDE, "after");
  if (!existsSync(after)) throw new Error("the small disk was never there");
  rmSync(testWorld.state, { recursive: true });
  renameSync(after, testWorld.state);
}

function sizesIn(folder: string): number[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [0, ...sizesIn(path)] : [statSync(path).size];
  });
}
