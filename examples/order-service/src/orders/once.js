// @ts-check
/**
 * Requests with the same Idempotency-Key place one order. Redis keeps the ID of the order for each key, PostgreSQL whether it was
 * placed: so a request that failed half-way continues with the same ID, for which nothing is paid twice.
 */
import { createHash } from "node:crypto";
import { Problem } from "../problem.js";

const DAY_SECONDS = 24 * 60 * 60;
/** Longer than any request takes. It only counts if the program was killed. */
const LOCK_SECONDS = 120;

/** @typedef {import("./place.js").Placed} Placed */

/**
 * @param {object} keys
 * @param {(key: string) => Promise<string | null>} keys.get
 * @param {(key: string, value: string, seconds: number) => Promise<boolean>} keys.setNew
 * @param {(key: string) => Promise<unknown>} keys.delete
 */
export function createOnce(keys) {
  /**
   * Places the order of a key.
   *
   * @param {string} key
   * @param {string} newId The ID of the order, if the key is new.
   * @param {unknown} request What is ordered.
   * @param {(id: string) => Promise<Placed>} place Places the order with an ID, or returns it if it is placed.
   * @returns {Promise<Placed>}
   */
  return async function once(key, newId, request, place) {
    const name = hashOf(key);
    const fingerprint = hashOf(JSON.stringify(request));
    const record = `order-service:key:${name}`;
    const isNew = await keys.setNew(record, JSON.stringify({ id: newId, fingerprint }), DAY_SECONDS);
    const known = isNew ? null : await keys.get(record);
    const { id, fingerprint: first } = known ? JSON.parse(known) : { id: newId, fingerprint };
    if (first !== fingerprint) throw new Problem(422, "the Idempotency-Key belongs to another order");
    const lock = `order-service:lock:${name}`;
    if (!(await keys.setNew(lock, "1", LOCK_SECONDS)))
      throw new Problem(409, "a request with the same Idempotency-Key is in progress");
    try {
      return await place(id);
    } finally {
      // If this fails, the lock ends by itself.
      await keys.delete(lock).catch(() => {});
    }
  };
}

const hashOf = (/** @type {string} */ text) => createHash("sha256").update(text).digest("hex");
