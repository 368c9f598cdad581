/** Progress messages. They go to standard error, so that a command's own output stays clean. */
import chalk from "chalk";

/** Seconds after which a step reports that it is still running. */
const HEARTBEAT_SECONDS = 15;

export function say(message: string): void {
  process.stderr.write(`${chalk.stderr.cyan("flotilla")} ${message}\n`);
}

/** Runs a step and reports that it starts, is still running, and how long it took. */
export async function step<T>(message: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const seconds = () => `${((Date.now() - start) / 1000).toFixed(1)} s`;
  say(`${message} ...`);
  const heartbeat = setInterval(
    () => say(chalk.stderr.dim(`${message}: ${seconds()}`)),
    HEARTBEAT_SECONDS * 1000,
  );
  try {
    const result = await work();
    say(`${message}: ${chalk.stderr.green("done")} in ${seconds()}`);
    return result;
  } finally {
    clearInterval(heartbeat);
  }
}
