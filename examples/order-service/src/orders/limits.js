// @ts-check
/** The price of an order, and whether it is within the limits. */

import { Problem } from "../problem.js";

/** @typedef {{ sku: string, quantity: number, unitPrice: number }} Item */

const refused = (/** @type {string} */ message) => new Problem(422, message);

/**
 * Returns the total price, or throws why the order is refused.
 *
 * @param {Item[]} items
 * @param {import("../configuration/settings.js").Settings["limits"]} limits
 */
export function totalOf(items, { maxOrderItems, maxOrderValue }) {
  if (items.length > maxOrderItems)
    throw refused(`an order has at most ${maxOrderItems} items, and this one has ${items.length}`);
  // In cents, because sums of fractions are not exact.
  const cents = items.reduce((sum, item) => sum + item.quantity * centsOf(item), 0);
  if (cents > maxOrderValue * 100)
    throw refused(`an order costs at most ${maxOrderValue}, and this one costs ${cents / 100}`);
  return cents / 100;
}

/** @param {Item} item */
function centsOf({ sku, unitPrice }) {
  const cents = Math.round(unitPrice * 100);
  if (Math.abs(cents - unitPrice * 100) > 1e-6)
    throw refused(`the unit price of ${sku} has more than two decimals`);
  return cents;
}
