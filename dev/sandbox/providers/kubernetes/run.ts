/** Runs kubectl and helm. Input goes through standard input, never the command line; Ctrl-C stops all of them. */
import execa from "execa";
import { standardInput } from "../../../../cli/tools/input";

const running = new Set<execa.ExecaChildProcess>();
const waiting = new Set<() => void>();
let cancelled = false;

/** Runs a command that changes the cluster; none starts after Ctrl-C. @throws Error with the program's message. */
export async function change(
  program: "kubectl" | "helm",
  args: readonly string[],
  input?: string,
): Promise<string> {
  if (cancelled) throw new Error("cancelled");
  return run(program, args, input);
}

/** Runs a read-only command; returns its standard output. @throws Error with the program's message. */
export async function run(
  program: "kubectl" | "helm",
  args: readonly string[],
  input?: string,
): Promise<string> {
  const child = execa(program, [...args], {
    ...standardInput(input),
    reject: false,
    maxBuffer: 512 * 1024 * 1024,
  });
  running.add(child);
  try {
    const { exitCode, stdout, stderr, failed } = await child;
    if (failed || exitCode !== 0) throw new Error(messageOf(stderr) || `${program} ${args[0]} failed`);
    return stdout;
  } finally {
    running.delete(child);
  }
}

/** Waits, until Ctrl-C at most. @throws Error after Ctrl-C. */
export async function pause(seconds: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      waiting.delete(end);
      resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    waiting.add(end);
  });
  if (cancelled) throw new Error("cancelled");
}

/** Interrupts all running commands: helm then rolls back an atomic release before it exits. */
export function cancelAll(): void {
  cancelled = true;
  for (const end of waiting) end();
  for (const child of running) child.kill("SIGINT");
}

/** The official provider does this work in its own process, so the commands must stop with this one. */
process.on("SIGTERM", () => {
  for (const child of running) child.kill("SIGKILL");
  process.exit(143);
});

function messageOf(stderr: string): string {
  return stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(WARNING|[WIE]\d{4} )/.test(line))
    .join("\n")
    .replace(/^Error: /, "");
}
