// @ts-check
import assert from "node:assert/strict";
import { createFakeService } from "./fakes.js";

const ITEM = { sku: "a", quantity: 2, unitPrice: 1.25 };
const post = (/** @type {object} */ payload, headers = {}) =>
  /** @type {const} */ ({ method: "POST", url: "/orders", payload, headers });
const FORM = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };

describe("the API", () => {
  it("places an order, returns it, and lists it", async () => {
    const { app } = createFakeService();
    const placed = await app.inject(post({ items: [ITEM] }));
    assert.equal(placed.statusCode, 201);
    const order = placed.json();
    assert.deepEqual([order.items, order.total], [[ITEM], 2.5]);
    assert.equal(placed.headers.location, `/orders/${order.id}`);
    assert.deepEqual((await app.inject(`/orders/${order.id}`)).json(), order);
    assert.deepEqual((await app.inject("/orders")).json(), { orders: [order] });
    assert.equal((await app.inject("/")).headers.location, "/orders");
  });

  it("returns the same order for the same Idempotency-Key", async () => {
    const { app, store } = createFakeService();
    const request = post({ items: [ITEM] }, { "idempotency-key": "k" });
    const [first, second] = [await app.inject(request), await app.inject(request)];
    assert.deepEqual(first.json(), second.json());
    assert.equal(second.headers["idempotency-replayed"], "true");
    assert.equal(store.orders.size, 1);
  });

  it("refuses what is not an order or is over a limit", async () => {
    const { app, store } = createFakeService();
    /** @type {[object, number][]} */
    const cases = [
      [{}, 400],
      [{ items: [] }, 400],
      [{ items: [{ ...ITEM, quantity: "2" }] }, 400],
      [{ items: [{ ...ITEM, quantity: 0 }] }, 400],
      [{ items: [{ ...ITEM, unitPrice: -1 }] }, 400],
      [{ items: [ITEM], total: 1 }, 400],
      [{ items: [ITEM, ITEM, ITEM] }, 422],
      [{ items: [{ ...ITEM, unitPrice: 51 }] }, 422],
    ];
    for (const [payload, status] of cases)
      assert.equal((await app.inject(post(payload))).statusCode, status, JSON.stringify(payload));
    assert.equal(store.orders.size, 0);
    assert.equal((await app.inject("/orders/7")).statusCode, 400);
    assert.equal((await app.inject("/orders/00000000-0000-4000-8000-000000000000")).statusCode, 404);
    assert.equal((await app.inject("/other")).statusCode, 404);
  });

  it("does not tell clients the details of an unexpected error", async () => {
    const { app, store, lines } = createFakeService();
    store.latest = () => Promise.reject(new Error("secret detail"));
    const { statusCode, body } = await app.inject("/orders");
    assert.equal(statusCode, 500);
    assert.ok(!body.includes("secret detail"));
    assert.match(JSON.stringify(lines), /secret detail/);
  });

  it("shows browsers a page, with every value escaped and without scripts", async () => {
    const { app } = createFakeService();
    await app.inject(post({ items: [{ ...ITEM, sku: "<script>'\"&" }] }));
    const page = await app.inject({ url: "/orders", headers: { accept: "text/html,*/*" } });
    assert.match(String(page.headers["content-type"]), /text\/html/);
    assert.match(String(page.headers["content-security-policy"]), /default-src 'none'/);
    assert.ok(!page.body.includes("<script"));
    assert.match(page.body, /2 × &#60;script&#62;&#39;&#34;&#38;/);
  });

  it("takes the page's form, once", async () => {
    const { app, store } = createFakeService();
    const form = { method: /** @type {const} */ ("POST"), url: "/orders", headers: FORM };
    const payload = "key=k&sku=book&quantity=1&unitPrice=12.50";
    for (const _ of [1, 2]) {
      const { statusCode, headers } = await app.inject({ ...form, payload });
      assert.deepEqual([statusCode, headers.location], [303, "/orders"]);
    }
    assert.equal(store.orders.size, 1);
    const wrong = await app.inject({ ...form, payload: "sku=<b>&quantity=x" });
    assert.equal(wrong.statusCode, 400);
    assert.match(String(wrong.headers["content-type"]), /text\/html/);
    const foreign = { ...FORM, "sec-fetch-site": "cross-site" };
    assert.equal((await app.inject({ ...form, headers: foreign, payload })).statusCode, 403);
  });
});
