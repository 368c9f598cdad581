/** A program whose engine was killed. */

/**
 * Ends this program when nobody reads any more what it says. The SDK reports what goes wrong to the engine, and failing that
 * to standard error; when both are gone, the failure to write is an error that it reports in turn, for ever: a program
 * whose engine was killed kept a processor busy for an hour, and grew to 5 GB.
 */
export function endWithoutEngine(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(1);
    });
}
