// @ts-check
/** Places an order: reserves its items, pays, and stores it together with its event. */

import { described } from "../problem.js";

/** @typedef {import("./neighbors.js").NewOrder} NewOrder */
/** @typedef {NewOrder & { createdAt: string }} Order */
/** @typedef {{ order: Order, isRepeated: boolean }} Placed Whether the order was placed by an earlier request. */

/**
 * @param {object} needs
 * @param {Pick<ReturnType<typeof import("./neighbors.js").createNeighbors>, "reserve" | "release" | "pay">} needs.neighbors
 * @param {{ find: (id: string) => Promise<Order | undefined>, insert: (order: NewOrder) => Promise<Order> }} needs.store
 * @param {() => void} needs.onStored
 * @param {import("pino").BaseLogger} needs.log
 */
export function createPlacing({ neighbors, store, onStored, log }) {
  /**
   * @param {NewOrder} order
   * @returns {Promise<Placed>}
   */
  return async function place(order) {
    // This also fails while the database is away, before a payment is taken.
    const earlier = await store.find(order.id);
    if (earlier) return { order: earlier, isRepeated: true };
    await neighbors.reserve(order);
    try {
      await neighbors.pay(order);
    } catch (error) {
      await neighbors
        .release(order)
        .catch((problem) =>
          log.error(
            { orderId: order.id, problem: described(problem) },
            "the items of a failed order stay reserved",
          ),
        );
      throw error;
    }
    try {
      const stored = await store.insert(order);
      onStored();
      return { order: stored, isRepeated: false };
    } catch (error) {
      // Whether it was stored is not certain if the connection broke. A repeated request finds out, and does not pay twice.
      log.error({ orderId: order.id }, "an order is paid, but perhaps not stored");
      throw error;
    }
  };
}
