/** Runs kubectl and helm: input over standard input, never on the command line; all are ended on Ctrl-C. */
import execa from "execa";

const running = new Set<execa.ExecaChildProcess>();
const waiting = new Set<() => void>();
let cancelled = false;

/** Runs what changes the cluster; nothing of that kind begins after Ctrl-C. @throws Error with the program's own words. */
export async function change(
  program: "kubectl" | "helm",
  args: readonly string[],
  input = "",
): Promise<string> {
  if (cancelled) throw new Error("cancelled");
  return run(program, args, input);
}

/** Standard output of what only looks. @throws Error with the program's own words. */
export async function run(program: "kubectl" | "helm", args: readonly string[], input = ""): Promise<string> {
  const child = execa(program, [...args], { input, reject: false, maxBuffer: 512 * 1024 * 1024 });
  running.add(child);
  try {
    const { exitCode, stdout, stderr, failed } = await child;
    if (failed || exitCode !== 0) throw new Error(messageOf(stderr) || `${program} ${args[0]} failed`);
    return stdout;
  } finally {
    running.delete(child);
  }
}

/** Waits; not any longer once Ctrl-C is pressed. @throws Error when it is. */
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

/** Interrupts what runs: helm then rolls an atomic release back before it ends. */
export function cancelAll(): void {
  cancelled = true;
  for (const end of waiting) end();
  for (const child of running) child.kill("SIGINT");
}

/** Ended from outside, this process takes with it what the official provider has inside. */
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
