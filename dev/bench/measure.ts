/** Measures a command: wall time, and the CPU time and memory of its whole process tree. */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { wordsOf } from "../../cli/tools/failure";
import { delegateInterrupts } from "../../cli/tools/interrupts";
import { listProcesses, signalProcess, treeOf } from "../../cli/tools/processes";
import { inTemporaryFolder } from "../../cli/tools/temporary";
import { Memory, type MemoryUse } from "./memory";

export interface Measurement extends MemoryUse {
  /** Wall time. */
  seconds: number;
  /** User and system time of the command and of all children it waited for. */
  cpuSeconds: number;
}

export interface Command {
  program: string;
  args: readonly string[];
  folder: string;
}

/** Milliseconds between two memory samples; a sample takes about 5 ms. */
const INTERVAL = 200;

/** Bash's `time` also counts the children of children. Its output goes to a separate file. */
const TIMED = 'file=$1; shift; TIMEFORMAT="%3R %3U %3S"; { time "$@" 2>&3; } 3>&2 2>"$file"';

/** Runs a command and measures it. @throws Error with its last output when it fails. */
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
    // Send SIGTERM to the command itself: bash would exit at once and leave it running.
    const kill = (signal: NodeJS.Signals) => {
      listProcesses().then((all) => {
        const [, command] = treeOf(child.pid as number, all);
        if (command) signalProcess(command.pid, signal);
      });
      return true;
    };
    const result = await delegateInterrupts(() =>
      Object.assign(
        child.finally(() => clearInterval(timer)),
        { kill },
      ),
    );
    if (result.exitCode !== 0)
      throw new Error(
        `${program} ${args.join(" ")} failed with exit code ${result.exitCode}:\n${(result.all ?? wordsOf(result)).split("\n").slice(-30).join("\n")}`,
      );
    const [seconds = 0, user = 0, system = 0] = readFileSync(file, "utf8").trim().split(" ").map(Number);
    return { seconds, cpuSeconds: user + system, ...memory.result() };
  });
}
