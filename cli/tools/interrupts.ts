import { EXIT } from "../core/exit-codes";

/** Ctrl-C reaches every process of the terminal at once: while a child handles it, this process only waits for it. */
let delegated = 0;
/** Those children. SIGTERM, from a CI runner or a supervisor, reaches this process only and is passed on to them. */
const children = new Set<Child>();

/** A child of execa, which would send SIGKILL five seconds after SIGTERM; a release may take longer to finish. */
interface Child {
  kill(signal: NodeJS.Signals, options: { forceKillAfterTimeout: false }): boolean;
}

export const INTERRUPTED = "interrupted; run the same command again to continue";

/** Whether the user has asked to stop. */
export let interrupted = false;

export function handleInterrupts(): void {
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      interrupted = true;
      if (name === "SIGTERM")
        for (const child of children) child.kill(name, { forceKillAfterTimeout: false });
      if (delegated > 0) return;
      process.stderr.write(`${INTERRUPTED}\n`);
      process.exit(EXIT.interrupted);
    });
}

/** Runs a child that handles Ctrl-C itself, or work that has such children. */
export async function delegateInterrupts<T>(work: () => PromiseLike<T>): Promise<T> {
  delegated++;
  const running = work();
  if (isChild(running)) children.add(running);
  try {
    return await running;
  } finally {
    delegated--;
    if (isChild(running)) children.delete(running);
  }
}

const isChild = (running: object): running is Child => "kill" in running;
