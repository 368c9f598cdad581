// @ts-check
import assert from "node:assert/strict";
import { createNeighbors } from "../src/orders/neighbors.js";
import { createPlacing } from "../src/orders/place.js";
import { createFakeNeighbors, createFakeStore, createKeptLog } from "./fakes.js";

const ORDER = { id: "id-1", items: [{ sku: "a", quantity: 1, unitPrice: 1 }], total: 1 };
const URLS = { paymentUrl: "http://payment/", inventoryUrl: "http://inventory/" };

/** @param {(url: URL, init: RequestInit) => Response | Error} answer */
const fetching = (answer) =>
  /** @type {typeof fetch} */ (
    async (url, init) => {
      const response = answer(/** @type {URL} */ (url), /** @type {RequestInit} */ (init));
      if (response instanceof Error) throw response;
      return response;
    }
  );

describe("placing an order", () => {
  it("stores nothing if a payment fails, and releases what was reserved", async () => {
    const neighbors = createFakeNeighbors();
    neighbors.pay = () => Promise.reject(new Error("refused"));
    const store = createFakeStore();
    const { log } = createKeptLog();
    await assert.rejects(createPlacing({ neighbors, store, onStored: assert.fail, log })(ORDER), /refused/);
    assert.deepEqual(neighbors.calls, ["reserve", "release"]);
    assert.equal(store.orders.size, 0);
  });

  it("takes no payment while the database is away", async () => {
    const neighbors = createFakeNeighbors();
    const store = { ...createFakeStore(), find: () => Promise.reject(new Error("away")) };
    const { log } = createKeptLog();
    await assert.rejects(createPlacing({ neighbors, store, onStored: assert.fail, log })(ORDER), /away/);
    assert.deepEqual(neighbors.calls, []);
  });

  it("sends the ID of the order to its neighbors, so that they do nothing twice", async () => {
    /** @type {string[]} */
    const requests = [];
    const neighbors = createNeighbors(
      URLS,
      fetching((url, { method, headers }) => {
        requests.push(`${method} ${url} ${new Headers(headers).get("idempotency-key")}`);
        return Response.json({});
      }),
    );
    await neighbors.reserve(ORDER);
    await neighbors.pay(ORDER);
    await neighbors.release(ORDER);
    assert.deepEqual(requests, [
      "POST http://inventory/reservations id-1",
      "POST http://payment/payments id-1",
      "DELETE http://inventory/reservations/id-1 id-1",
    ]);
  });

  it("takes anything but 2xx with JSON as a no, and tries a broken connection once more", async () => {
    /** @type {[Response | Error, RegExp][]} */
    const cases = [
      [new Response("{}", { status: 402 }), /payment-service answered 402/],
      [new Response("<html>"), /something else than JSON/],
      [new TypeError("fetch failed"), /payment-service is not reachable/],
    ];
    for (const [answer, message] of cases) {
      const neighbors = createNeighbors(
        URLS,
        fetching(() => answer),
      );
      await assert.rejects(neighbors.pay(ORDER), { statusCode: 502, message });
    }
    /** @type {(Response | Error)[]} */
    const answers = [new TypeError("other side closed"), Response.json({})];
    await createNeighbors(
      URLS,
      fetching(() => answers.shift() ?? Response.error()),
    ).pay(ORDER);
    assert.equal(answers.length, 0);
  });
});
