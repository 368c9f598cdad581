/** Ctrl-C reaches every process of the terminal at once: while a child handles it, this process only waits for it. */
let delegated = 0;

export const INTERRUPTED = "interrupted; run the same command again to go on";

/** Whether the user has asked to stop. */
export let interrupted = false;

export function handleInterrupts(): void {
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.on(name, () => {
      interrupted = true;
      if (delegated > 0) return;
      process.stderr.write(`${INTERRUPTED}\n`);
      process.exit(130);
    });
}

/** Runs a child that handles Ctrl-C itself. */
export async function delegateInterrupts<T>(work: () => PromiseLike<T>): Promise<T> {
  delegated++;
  try {
    return await work();
  } finally {
    delegated--;
  }
}
