// @ts-check
/**
 * Publishes the events that were stored with the orders. While Kafka is away, they wait in the table, and no request fails. An
 * event is published at least once: consumers ignore a second one with the same order ID.
 */
import { described } from "../problem.js";
import { backoff, pause } from "../wait.js";

const BATCH = 100;

/**
 * @param {object} needs
 * @param {(limit: number, publish: (events: import("../stores/kafka.js").Event[]) => Promise<void>) => Promise<number>} needs.take
 *   Hands events to `publish` and removes those that were published. Returns their number.
 * @param {(events: import("../stores/kafka.js").Event[]) => Promise<void>} needs.publish
 * @param {import("pino").BaseLogger} needs.log
 * @param {number} [needs.idleMs] How long to wait for `wake`. Another pod may have left events.
 */
export function createOutbox({ take, publish, log, idleMs = 5000 }) {
  const ended = new AbortController();
  let alarm = new AbortController();
  let running = Promise.resolve();

  async function run() {
    let failures = 0;
    while (!ended.signal.aborted) {
      alarm = new AbortController();
      try {
        const count = await take(BATCH, publish);
        if (failures > 0) log.info("events are published again");
        failures = 0;
        if (count < BATCH) await pause(idleMs, AbortSignal.any([ended.signal, alarm.signal]));
      } catch (error) {
        failures++;
        const ms = backoff(failures, 500, 30_000);
        log.warn({ problem: described(error), retryMs: ms }, "events wait in the outbox");
        await pause(ms, ended.signal);
      }
    }
  }

  return {
    start: () => {
      running = run();
    },
    /** Reports that there is an event. */
    wake: () => alarm.abort(),
    /** Ends after the current batch. */
    stop: async () => {
      ended.abort();
      await running;
    },
  };
}
