/** What a command takes: time, processor time of it and all that it starts, memory of all of them together. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { wordsOf } from "../tools/failure";
import { inTemporaryFolder } from "../tools/temporary";

export interface Measurement {
  /** From start to end. */
  seconds: number;
  /** Of the command and all that it started and waited for: user and system. */
  cpuSeconds: number;
  /** Most that the resident memory of all its processes came to at one time, sampled. Undefined where there is no /proc. */
  peakMiB?: number;
  /** Most that one process of a Pulumi program had resident, as the kernel counts it. */
  programMiB?: number;
}

export interface Command {
  program: string;
  args: readonly string[];
  folder: string;
}

/** Milliseconds between two samples of the memory: one costs about 5 ms. */
const INTERVAL = 200;

/** Bash's `time` counts the children of children too. Its line goes to a file of its own. */
const TIMED = 'file=$1; shift; TIMEFORMAT="%3R %3U %3S"; { time "$@" 2>&3; } 3>&2 2>"$file"';

/** Runs a command and measures it. @throws Error with its last words when it fails. */
export async function measure({ program, args, folder }: Command): Promise<Measurement> {
  return inTemporaryFolder(tmpdir(), async (temporary) => {
    const file = join(temporary, "time");
    const child = execa("bash", ["-c", TIMED, "bash", file, program, ...args], {
      cwd: folder,
      all: true,
      reject: false,
      stdin: "ignore",
      maxBuffer: 256 * 1024 * 1024,
    });
    const memory = new Memory(child.pid as number);
    const timer = setInterval(() => memory.sample(), INTERVAL);
    const result = await child.finally(() => clearInterval(timer));
    if (result.exitCode !== 0)
      throw new Error(
        `${program} ${args.join(" ")} ended with ${result.exitCode}:\n${(result.all ?? wordsOf(result)).split("\n").slice(-30).join("\n")}`,
      );
    const [seconds = 0, user = 0, system = 0] = readFileSync(file, "utf8").trim().split(" ").map(Number);
    return { seconds, cpuSeconds: user + system, ...memory.result() };
  });
}

/** The memory of a process and of those below it. */
class Memory {
  private peak = 0;
  private program = 0;
  private readonly programs = new Set<number>();

  constructor(private readonly root: number) {}

  sample(): void {
    if (!existsSync("/proc/self/status")) return;
    const processes = readdirSync("/proc").flatMap((name) =>
      /^\d+$/.test(name) ? (readStatus(name) ?? []) : [],
    );
    const below = new Set([this.root]);
    // Children have higher numbers than their parents, unless the numbers have begun anew: then the next sample sees them.
    const ours = processes.filter(({ pid, parent }) => below.has(parent) && below.add(pid));
    this.peak = Math.max(
      this.peak,
      ours.reduce((sum, { resident }) => sum + resident, 0),
    );
    for (const { pid, highest } of ours)
      if (this.isProgram(pid)) this.program = Math.max(this.program, highest);
  }

  result(): Pick<Measurement, "peakMiB" | "programMiB"> {
    return {
      ...(this.peak > 0 ? { peakMiB: Math.round(this.peak / 1024) } : {}),
      ...(this.program > 0 ? { programMiB: Math.round(this.program / 1024) } : {}),
    };
  }

  private isProgram(pid: number): boolean {
    // One that is none yet may become one: a process has another command line before.
    if (!this.programs.has(pid) && read(`/proc/${pid}/cmdline`)?.includes("@pulumi/pulumi/cmd/run"))
      this.programs.add(pid);
    return this.programs.has(pid);
  }
}

/** KiB. */
interface Status {
  pid: number;
  parent: number;
  resident: number;
  highest: number;
}

function readStatus(name: string): Status | undefined {
  const text = read(`/proc/${name}/status`);
  if (text === undefined) return undefined;
  const field = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
  return { pid: Number(name), parent: field("PPid"), resident: field("VmRSS"), highest: field("VmHWM") };
}

/** Undefined where the process has ended meanwhile. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
