// @ts-check
/** The page with the latest orders, and a form to place one. Without a framework; every value is escaped. */

/** @param {unknown} value */
export const escaped = (value) =>
  String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a2e }
  table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #ddd }
  form { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; margin-bottom: 2rem } label { display: grid }
  input, button { font: inherit; padding: .3rem .6rem } td.number, th.number { text-align: right }
`;

/**
 * @param {string} title
 * @param {string} body HTML.
 */
const page = (title, body) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body}
</body>
</html>
`;

/**
 * @param {import("../orders/place.js").Order[]} orders
 * @param {string} key A new Idempotency-Key, so that a form that is sent twice orders once.
 */
export const ordersPage = (orders, key) =>
  page(
    "Orders",
    `<form method="post" action="/orders">
<input type="hidden" name="key" value="${escaped(key)}">
<label>Article <input name="sku" value="book" required maxlength="64"></label>
<label>Quantity <input name="quantity" type="number" value="1" min="1" max="1000" required></label>
<label>Unit price <input name="unitPrice" type="number" value="12.50" min="0" step="0.01" required></label>
<button>Place the order</button>
</form>
<table>
<tr><th>Placed</th><th>Order</th><th>Items</th><th class="number">Total</th></tr>
${orders.map(rowOf).join("\n")}
</table>
${orders.length === 0 ? "<p>No orders yet.</p>" : ""}`,
  );

/** @param {import("../orders/place.js").Order} order */
const rowOf = ({ id, items, total, createdAt }) =>
  `<tr><td>${escaped(createdAt.slice(0, 19).replace("T", " "))}</td><td><a href="/orders/${escaped(id)}">${escaped(id.slice(0, 8))}</a></td>` +
  `<td>${items.map(({ sku, quantity }) => escaped(`${quantity} × ${sku}`)).join(", ")}</td>` +
  `<td class="number">${escaped(total.toFixed(2))}</td></tr>`;

/** @param {string} message */
export const errorPage = (message) =>
  page("That did not work", `<p>${escaped(message)}</p>\n<p><a href="/orders">Back to the orders</a></p>`);
