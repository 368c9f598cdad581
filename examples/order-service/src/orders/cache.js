// @ts-check
/** What redis keeps: orders that were read, and the keys of requests. */
import { Problem } from "../problem.js";
import { within } from "../wait.js";

const ORDER_SECONDS = 300;
/** After this time, redis counts as away. */
const LIMIT_MS = 1000;

/** @typedef {Pick<import("@redis/client").RedisClientType, "get" | "set" | "del">} Client */

/**
 * Reads an order through the cache. Without redis, every read goes to the database.
 *
 * @param {Client} client
 * @param {(id: string) => Promise<import("./place.js").Order | undefined>} find
 */
export const createCachedFind = (client, find) => async (/** @type {string} */ id) => {
  const key = `order-service:order:${id}`;
  const kept = await within(LIMIT_MS, client.get(key)).catch(() => null);
  if (kept) return /** @type {import("./place.js").Order} */ (JSON.parse(kept));
  const order = await find(id);
  // Orders never change, so nothing has to be removed. Not awaited: the client need not wait for it.
  if (order) client.set(key, JSON.stringify(order), { EX: ORDER_SECONDS }).catch(() => {});
  return order;
};

/** @param {Client} client */
export const createKeys = (client) => ({
  get: (/** @type {string} */ key) => answered(client.get(key)),
  delete: (/** @type {string} */ key) => answered(client.del(key)),

  /**
   * Sets a key that does not exist. Returns whether it did not.
   *
   * @param {string} key
   * @param {string} value
   * @param {number} seconds
   */
  setNew: async (key, value, seconds) =>
    (await answered(client.set(key, value, { condition: "NX", EX: seconds }))) === "OK",
});

/**
 * @template T
 * @param {Promise<T>} promise
 */
const answered = (promise) =>
  within(LIMIT_MS, promise).catch((error) => {
    throw new Problem(503, "redis does not answer, so the Idempotency-Key cannot be checked", error);
  });
