/** A state backend on a disk that fills up: a small file system in a mount namespace of the update. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { testWorld, until } from "../e2e/world";

/** Where the contents of the small disk are copied from before, and to after the update. */
const ASIDE = join(testWorld.folder, "disk");
/** The file that fills it. */
const BALLAST = "ballast";
const PAGE = 4096;

/** Copies the state to the small disk, runs the command, and keeps what is left of the state. */
const SCRIPT = `set -e
state=$1 aside=$2 size=$3; shift 3
cp -a "$state" "$aside/before"
mount -t tmpfs -o "size=$size" none "$state"
cp -a "$aside/before/." "$state/"
: > "$aside/ready"
set +e
"$@"
code=$?
rm -f "$state/${BALLAST}"
cp -a "$state" "$aside/after"
exit $code`;

/** Whether this user can mount in a new namespace; not on macOS, nor if the kernel forbids it. */
export async function smallDisksArePossible(): Promise<boolean> {
  const { exitCode } = await execa("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/tmp"], {
    reject: false,
  });
  return exitCode === 0;
}

/** Wraps the update: its disk has room for what the update writes. */
export async function onSmallDisk(): Promise<readonly string[]> {
  rmSync(ASIDE, { recursive: true, force: true });
  mkdirSync(ASIDE, { recursive: true });
  const files = sizesIn(testWorld.state);
  const used = files.reduce((sum, size) => sum + Math.ceil(size / PAGE) * PAGE + PAGE, 0);
  // An update writes a backup of the state, a new one next to it for every step, and at its end a history entry.
  const room = 8 * Math.max(...files);
  return ["unshare", "-rm", "sh", "-c", SCRIPT, "sh", testWorld.state, ASIDE, String(used + room)];
}

/** Fills the disk of a command that runs on it. */
export async function fillSmallDisk(pid: number): Promise<void> {
  await until("the small disk is there", async () => existsSync(join(ASIDE, "ready")));
  const state = join(`/proc/${pid}/root`, testWorld.state);
  if (statSync(state).dev === statSync(testWorld.state).dev) throw new Error("the disk is not the small one");
  const file = openSync(join(state, BALLAST), "w");
  try {
    for (const zeros = Buffer.alloc(PAGE); ; ) writeSync(file, zeros);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(file);
  }
}

/** Uses the contents of the small disk as the state, on a disk with room. */
export function takeBack(): void {
  const after = join(ASIDE, "after");
  if (!existsSync(after)) throw new Error("the small disk was never mounted");
  rmSync(testWorld.state, { recursive: true });
  renameSync(after, testWorld.state);
}

function sizesIn(folder: string): number[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? [0, ...sizesIn(path)] : [statSync(path).size];
  });
}
