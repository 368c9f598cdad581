// @ts-check
/** Waiting: pauses that a signal ends, growing pauses between attempts, and limits for promises. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits, or returns early if the signal is aborted.
 *
 * @param {number} ms
 * @param {AbortSignal} signal
 */
export async function pause(ms, signal) {
  await sleep(ms, undefined, { signal }).catch(() => {});
}

/**
 * The pause after a number of failures: doubled each time up to a limit, and shortened at random, so that the pods of a
 * deployment do not all come back at the same moment.
 *
 * @param {number} failures
 * @param {number} [firstMs]
 * @param {number} [limitMs]
 */
export function backoff(failures, firstMs = 250, limitMs = 10_000) {
  const full = Math.min(limitMs, firstMs * 2 ** Math.min(failures - 1, 20));
  return Math.round(full * (0.5 + Math.random() / 2));
}

/**
 * Rejects if a promise takes too long.
 *
 * @template T
 * @param {number} ms
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(ms, promise) {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(ms, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`no answer within ${ms} ms`);
      }),
    ]);
  } finally {
    timer.abort();
  }
}
