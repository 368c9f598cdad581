// @ts-check
/** Places an order: reserves its items, pays, and stores it together with its event. */

/** @typedef {import("./neighbors.js").NewOrder} NewOrder */
/** @typedef {NewOrder & { createdAt: string }} Order */

/**
 * @param {object} needs
 * @param {Pick<ReturnType<typeof import("./neighbors.js").createNeighbors>, "reserve" | "release" | "pay">} needs.neighbors
 * @param {{ insert: (order: NewOrder) => Promise<Order> }} needs.store
 * @param {() => void} needs.onStored
 * @param {import("pino").BaseLogger} needs.log
 */
export function createPlacing({ neighbors, store, onStored, log }) {
  /**
   * @param {NewOrder} order
   * @returns {Promise<Order>}
   */
  return async function place(order) {
    await neighbors.reserve(order);
    try {
      await neighbors.pay(order);
    } catch (error) {
      await neighbors
        .release(order)
        .catch((problem) =>
          log.error(
            { orderId: order.id, problem: problem.message },
            "the items of a failed order stay reserved",
          ),
        );
      throw error;
    }
    try {
      const stored = await store.insert(order);
      onStored();
      return stored;
    } catch (error) {
      // Whether it was stored is not certain if the connection broke. A repeated request finds out, and does not pay twice.
      log.error({ orderId: order.id }, "an order is paid, but perhaps not stored");
      throw error;
    }
  };
}
