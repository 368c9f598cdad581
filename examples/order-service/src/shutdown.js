// @ts-check
/** Ends the program on SIGTERM and SIGINT: after what it does, or at once on a second signal or after a limit. */

/**
 * @param {object} needs
 * @param {import("node:events").EventEmitter} needs.signals The process.
 * @param {(code: number) => void} needs.exit
 * @param {number} needs.limitMs
 * @param {import("pino").BaseLogger} needs.log
 * @param {() => Promise<void>} needs.end Ends everything in order.
 */
export function endOnSignals({ signals, exit, limitMs, log, end }) {
  let isEnding = false;

  /** @param {string} signal */
  async function onSignal(signal) {
    if (isEnding) {
      log.warn({ signal }, "a second signal: ending at once");
      return exit(1);
    }
    isEnding = true;
    log.info({ signal }, "shutting down: not ready any more, requests are still answered");
    const limit = setTimeout(() => {
      log.error({ limitMs }, "the shutdown takes too long: ending at once");
      exit(1);
    }, limitMs);
    try {
      await end();
      log.info("ended");
      exit(0);
    } catch (error) {
      log.error(error, "the shutdown failed");
      exit(1);
    } finally {
      clearTimeout(limit);
    }
  }
  signals.on("SIGTERM", onSignal);
  signals.on("SIGINT", onSignal);
}
