/** Commands that are interrupted or killed while they run. */
import { join } from "node:path";
import type execa from "execa";
import { listProcesses, signalProcess, treeOf } from "../../../cli/tools/processes";
import { run, type Stack } from "../../e2e/world";

export interface Running {
  ended: Promise<{ exitCode: number; all: string }>;
  isOver(): boolean;
  /** Like Ctrl-C on a terminal: all processes of the command get it, but its providers do not. */
  interrupt(): void;
  /** Kills all processes of the command, like a machine that loses its power. */
  kill(): Promise<void>;
}

/** Starts the command line in the stack's project. */
export function start(stack: Stack, ...args: string[]): Running {
  // Its own process group.
  const options: execa.Options = { cwd: stack.folder, reject: false, detached: true };
  const child = run(join(stack.folder, "cli/bin.js"), [...args, "--stack", stack.name, "--yes"], options);
  let isOver = false;
  const ended = child.then(({ exitCode, all = "" }) => {
    isOver = true;
    return { exitCode: exitCode ?? -1, all };
  });
  const pid = child.pid as number;
  return {
    ended,
    isOver: () => isOver,
    interrupt: () => signalProcess(-pid, "SIGINT"),
    kill: async () => {
      for (const each of treeOf(pid, await listProcesses())) signalProcess(each.pid, "SIGKILL");
      await ended;
    },
  };
}
