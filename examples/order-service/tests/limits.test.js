// @ts-check
import assert from "node:assert/strict";
import { totalOf } from "../src/orders/limits.js";

const LIMITS = { maxOrderItems: 2, maxOrderValue: 100 };
const item = (/** @type {number} */ quantity, /** @type {number} */ unitPrice) => ({
  sku: "a",
  quantity,
  unitPrice,
});

describe("the limits of an order", () => {
  it("add up prices exactly", () => {
    assert.equal(totalOf([item(3, 0.1), item(1, 0.2)], LIMITS), 0.5);
    assert.equal(totalOf([item(100, 1)], LIMITS), 100);
  });

  it("refuse too many items, too high a price, and fractions of cents", () => {
    assert.throws(() => totalOf([item(1, 1), item(1, 1), item(1, 1)], LIMITS), /at most 2 items/);
    assert.throws(() => totalOf([item(1, 100.01)], LIMITS), /at most 100, and this one costs 100.01/);
    assert.throws(() => totalOf([item(1, 0.001)], LIMITS), /more than two decimals/);
  });
});
