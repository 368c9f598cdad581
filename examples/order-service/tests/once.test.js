// @ts-check
import assert from "node:assert/strict";
import { createOnce } from "../src/orders/once.js";
import { createPlacing } from "../src/orders/place.js";
import { createFakeKeys, createFakeNeighbors, createFakeStore, createKeptLog } from "./fakes.js";

/** The parts of the program that make requests with a key safe. */
function createParts() {
  const store = createFakeStore();
  const neighbors = createFakeNeighbors();
  const keys = createFakeKeys();
  const place = createPlacing({ neighbors, store, onStored: () => {}, log: createKeptLog().log });
  const once = createOnce(keys);
  const order = (/** @type {string} */ key, /** @type {string} */ newId, sku = "a") => {
    const items = [{ sku, quantity: 1, unitPrice: 1 }];
    return once(key, newId, items, (id) => place({ id, items, total: 1 }));
  };
  return { store, neighbors, keys, order };
}

describe("an Idempotency-Key", () => {
  it("places one order, and returns the same one to every repeated request", async () => {
    const { order, neighbors, store } = createParts();
    const first = await order("key", "id-1");
    const second = await order("key", "id-2");
    assert.deepEqual([first.isRepeated, second.isRepeated], [false, true]);
    assert.deepEqual(second.order, first.order);
    assert.deepEqual([...store.orders.keys()], ["id-1"]);
    assert.deepEqual(neighbors.calls, ["reserve", "pay"]);
    assert.equal((await order("other key", "id-3")).order.id, "id-3");
  });

  it("is refused for another order, and while a request with it is in progress", async () => {
    const { order, store, neighbors } = createParts();
    /** @type {() => void} */
    let pay = () => {};
    neighbors.pay = () =>
      new Promise((done) => {
        pay = () => done(undefined);
      });
    const first = order("key", "id-1");
    await assert.rejects(order("key", "id-2"), { statusCode: 409 });
    await assert.rejects(order("key", "id-2", "b"), { statusCode: 422 });
    pay();
    await first;
    assert.equal(store.orders.size, 1);
    assert.equal((await order("key", "id-2")).isRepeated, true);
  });

  it("continues a request that failed with the same ID, so that nothing is paid twice", async () => {
    const { order, store, keys } = createParts();
    const { insert } = store;
    store.insert = () => Promise.reject(new Error("the connection broke"));
    await assert.rejects(order("key", "id-1"), /the connection broke/);
    store.insert = insert;
    assert.equal((await order("key", "id-2")).order.id, "id-1");
    assert.ok(![...keys.values.keys()].some((key) => key.includes("lock")), "no lock is left");
  });
});
