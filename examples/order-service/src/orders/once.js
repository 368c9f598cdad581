// @ts-check
/**
 * Requests with the same Idempotency-Key place one order. Redis keeps the ID of the order for each key, PostgreSQL whether it was
 * placed: so a request that failed half-way continues with the same ID, for which nothing is paid twice.
 */
import { createHash } from "node:crypto";
import { Problem } from "../problem.js";

const DAY_SECONDS = 24 * 60 * 60;
/** Longer than any request takes. It only counts if the program was killed. */
const LOCK_SECONDS = 60;

/** @typedef {import("./place.js").Order} Order */

/**
 * @param {object} needs
 * @param {{ get: (key: string) => Promise<string | null>, setNew: (key: string, value: string, seconds: number) => Promise<boolean>,
 *   delete: (key: string) => Promise<unknown> }} needs.keys
 * @param {(id: string) => Promise<Order | undefined>} needs.find
 */
export function createOnce({ keys, find }) {
  /**
   * Places the order of a key, or returns the one that was placed.
   *
   * @param {string} key
   * @param {string} newId The ID of the order, if the key is new.
   * @param {unknown} request What is ordered.
   * @param {(id: string) => Promise<Order>} place
   * @returns {Promise<{ order: Order, isRepeated: boolean }>}
   */
  return async function once(key, newId, request, place) {
    const name = createHash("sha256").update(key).digest("hex");
    const fingerprint = createHash("sha256").update(JSON.stringify(request)).digest("hex");
    const record = `order-service:key:${name}`;
    const isNew = await keys.setNew(record, JSON.stringify({ id: newId, fingerprint }), DAY_SECONDS);
    const known = isNew ? null : await keys.get(record);
    const { id, fingerprint: first } = known ? JSON.parse(known) : { id: newId, fingerprint };
    if (first !== fingerprint) throw new Problem(422, "the Idempotency-Key belongs to another order");
    const placed = isNew ? undefined : await find(id);
    if (placed) return { order: placed, isRepeated: true };
    const lock = `order-service:lock:${name}`;
    if (!(await keys.setNew(lock, "1", LOCK_SECONDS)))
      throw new Problem(409, "a request with the same Idempotency-Key is in progress");
    try {
      return { order: await place(id), isRepeated: false };
    } finally {
      await keys.delete(lock).catch(() => {});
    }
  };
}
