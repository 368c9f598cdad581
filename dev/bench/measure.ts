/** What a command takes: time, processor time of it and all that it starts, memory of all of them together. */
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
  /** From start to end. */
  seconds: number;
  /** Of the command and all that it started and waited for: user and system. */
  cpuSeconds: number;
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
    // SIGTERM is for the command itself: bash would end at once, and leave it behind.
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
        `${program} ${args.join(" ")} ended with ${result.exitCode}:\n${(result.all ?? wordsOf(result)).split("\n").slice(-30).join("\n")}`,
      );
    const [seconds = 0, user = 0, system = 0] = readFileSync(file, "utf8").trim().split(" ").map(Number);
    return { seconds, cpuSeconds: user + system, ...memory.result() };
  });
}
