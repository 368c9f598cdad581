/** Exits when the engine was killed. */

/**
 * Exits this program when its output is closed. The SDK reports errors to the engine, or to standard error if that fails. If both
 * are closed, each failed write is an error that the SDK reports again, forever: such a program used a CPU for an hour and grew
 * to 5 GB.
 */
export function endWithoutEngine(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(1);
    });
}
