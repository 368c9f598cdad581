// @ts-check
/** A server with fakes instead of stores and neighbors, and helpers of several tests. */
import { createMetrics } from "../src/http/metrics.js";
import { createServer } from "../src/http/server.js";
import { createLog } from "../src/log.js";
import { createOnce } from "../src/orders/once.js";
import { createPlacing } from "../src/orders/place.js";

/** A log that is kept. */
export function createKeptLog() {
  /** @type {Record<string, any>[]} */
  const lines = [];
  const log = createLog("debug", { write: (line) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

/** The part of redis that requests use. */
export function createFakeKeys() {
  /** @type {Map<string, string>} */
  const values = new Map();
  return {
    values,
    get: async (/** @type {string} */ key) => values.get(key) ?? null,
    delete: async (/** @type {string} */ key) => values.delete(key),
    setNew: async (/** @type {string} */ key, /** @type {string} */ value) =>
      !values.has(key) && values.set(key, value) !== undefined,
  };
}

/** The orders, in memory. */
export function createFakeStore() {
  /** @type {Map<string, import("../src/orders/place.js").Order>} */
  const orders = new Map();
  return {
    orders,
    find: async (/** @type {string} */ id) => orders.get(id),
    latest: async () => [...orders.values()],
    insert: async (/** @type {import("../src/orders/neighbors.js").NewOrder} */ order) => {
      const stored = { ...order, createdAt: "2026-01-02T03:04:05.000Z" };
      orders.set(order.id, stored);
      return stored;
    },
  };
}

/** Neighbors that agree, and what they were asked. */
export function createFakeNeighbors() {
  /** @type {string[]} */
  const calls = [];
  const agree = (/** @type {string} */ name) => async () => void calls.push(name);
  return { calls, reserve: agree("reserve"), release: agree("release"), pay: agree("pay") };
}

/** The whole server on fakes. */
export function createFakeService() {
  const { log, lines } = createKeptLog();
  const store = createFakeStore();
  const neighbors = createFakeNeighbors();
  /** @type {string[]} */
  const failing = [];
  const { app, startDraining } = createServer({
    log,
    metrics: createMetrics({ countOutbox: async () => 7 }),
    failing: async () => failing,
    orders: {
      place: createPlacing({ neighbors, store, onStored: () => {}, log }),
      once: createOnce(createFakeKeys()),
      find: store.find,
      latest: () => store.latest(),
      settings: () => ({ features: {}, limits: { maxOrderItems: 2, maxOrderValue: 100 } }),
    },
  });
  return { app, startDraining, lines, store, neighbors, failing };
}

/**
 * Waits for a condition.
 *
 * @param {() => unknown} condition
 */
export async function until(condition) {
  const end = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within 5 s: ${condition}`);
    await new Promise((done) => setImmediate(done));
  }
}
