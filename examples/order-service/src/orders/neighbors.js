// @ts-check
/** Calls the two services that an order needs. Any status 2xx with a JSON body is a yes. */

import { Problem } from "../problem.js";

const INVENTORY = { name: "inventory-service", timeoutMs: 5000 };
const PAYMENT = { name: "payment-service", timeoutMs: 30_000 };

/**
 * @param {string} name
 * @param {string} what
 * @param {unknown} [cause]
 */
const failure = (name, what, cause) => new Problem(502, `${name} ${what}; the order was not placed`, cause);

/** @typedef {{ id: string, items: import("./limits.js").Item[], total: number }} NewOrder */

/**
 * @param {{ paymentUrl: string, inventoryUrl: string }} urls
 * @param {typeof globalThis.fetch} [fetch]
 */
export function createNeighbors({ paymentUrl, inventoryUrl }, fetch = globalThis.fetch) {
  return {
    /** @param {NewOrder} order */
    reserve: ({ id, items }) =>
      call(INVENTORY, "POST", new URL("reservations", inventoryUrl), id, { orderId: id, items }),

    /** @param {NewOrder} order */
    release: ({ id }) => call(INVENTORY, "DELETE", new URL(`reservations/${id}`, inventoryUrl), id),

    /** @param {NewOrder} order */
    pay: ({ id, total }) =>
      call(PAYMENT, "POST", new URL("payments", paymentUrl), id, { orderId: id, amount: total }),
  };

  /**
   * @param {typeof INVENTORY} neighbor
   * @param {string} method
   * @param {URL} url
   * @param {string} id The order. The neighbor does nothing twice for the same one.
   * @param {object} [body]
   */
  async function call({ name, timeoutMs }, method, url, id, body) {
    const init = {
      method,
      headers: { "content-type": "application/json", "idempotency-key": id },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    };
    try {
      // Tries once more if there is no answer: the neighbor may have closed the connection that was kept for the next request.
      const response = await fetch(url, init).catch((error) => {
        if (init.signal.aborted) throw error;
        return fetch(url, init);
      });
      const text = await response.text();
      if (!response.ok) throw failure(name, `answered ${response.status}`);
      JSON.parse(text);
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (error instanceof SyntaxError) throw failure(name, "answered something else than JSON", error);
      const what = init.signal.aborted ? `did not answer within ${timeoutMs / 1000} s` : "is not reachable";
      throw failure(name, what, error);
    }
  }
}
