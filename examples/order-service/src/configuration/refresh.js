// @ts-check
/**
 * Reads the settings again while the program runs, so that a limit can be changed at once, without a restart. The mounted file
 * does not help: Kubernetes never updates a file that is mounted with `subPath`.
 */
import { isDeepStrictEqual } from "node:util";
import { described } from "../problem.js";
import { pause } from "../wait.js";
import { settingsOf } from "./settings.js";

/**
 * Starts to read the settings regularly. What cannot be read or is invalid changes nothing.
 *
 * @param {object} needs
 * @param {(signal: AbortSignal) => Promise<string>} needs.read Returns the text of the settings.
 * @param {(settings: import("./settings.js").Settings) => void} needs.apply Called when they have changed.
 * @param {import("./settings.js").Settings} needs.current The settings in use.
 * @param {import("pino").BaseLogger} needs.log
 * @param {AbortSignal} needs.signal Ends it.
 * @param {number} [needs.periodMs]
 */
export async function refreshSettings({ read, apply, current, log, signal, periodMs = 30_000 }) {
  let used = current;
  let failure = "";
  while (!signal.aborted) {
    try {
      const settings = settingsOf(await read(AbortSignal.any([signal, AbortSignal.timeout(5000)])));
      if (!isDeepStrictEqual(settings, used)) {
        used = settings;
        apply(settings);
        log.info({ settings }, "the settings have changed");
      }
      failure = "";
    } catch (error) {
      const message = described(error);
      // Once for each problem, not once for each attempt.
      if (message !== failure && !signal.aborted)
        log.warn({ problem: message }, "the settings cannot be read again, and stay as they are");
      failure = message;
    }
    await pause(periodMs, signal);
  }
}
