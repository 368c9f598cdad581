// @ts-check
/** `POST /orders`, `GET /orders` and `GET /orders/:id`. */
import { randomUUID } from "node:crypto";
import { totalOf } from "../orders/limits.js";
import { answer, PAGE_HEADERS, wantsPage } from "./errors.js";
import { addForm, isForm } from "./form.js";
import { ordersPage } from "./page.js";

const LISTED = 50;

const NEW_ORDER = {
  headers: {
    type: "object",
    properties: { "idempotency-key": { type: "string", minLength: 1, maxLength: 200 } },
  },
  body: {
    type: "object",
    additionalProperties: false,
    required: ["items"],
    properties: {
      items: {
        type: "array",
        minItems: 1,
        items: {
          type: "object",
          additionalProperties: false,
          required: ["sku", "quantity", "unitPrice"],
          properties: {
            sku: { type: "string", minLength: 1, maxLength: 64 },
            quantity: { type: "integer", minimum: 1, maximum: 1_000_000 },
            unitPrice: { type: "number", minimum: 0, maximum: 1_000_000 },
          },
        },
      },
    },
  },
};

const ONE_ORDER = { params: { type: "object", properties: { id: { type: "string", format: "uuid" } } } };

/** @typedef {import("../orders/place.js").Order} Order */

/**
 * @param {import("fastify").FastifyInstance} app
 * @param {object} needs
 * @param {(order: import("../orders/neighbors.js").NewOrder) => Promise<import("../orders/place.js").Placed>} needs.place
 * @param {ReturnType<typeof import("../orders/once.js").createOnce>} needs.once
 * @param {(id: string) => Promise<Order | undefined>} needs.find
 * @param {(count: number) => Promise<Order[]>} needs.latest
 * @param {() => import("../configuration/settings.js").Settings} needs.settings
 */
export function addOrders(app, { place, once, find, latest, settings }) {
  addForm(app);
  app.get("/", async (_, reply) => reply.redirect("/orders"));

  app.post("/orders", { schema: NEW_ORDER }, async (request, reply) => {
    // The page of another site must not place orders with a visitor's network.
    if (isForm(request) && request.headers["sec-fetch-site"] === "cross-site")
      return answer(request, reply.code(403), "the form was sent by another site");
    const { items } = /** @type {Pick<Order, "items">} */ (request.body);
    const total = totalOf(items, settings().limits);
    const placeAs = (/** @type {string} */ id) => place({ id, items, total });
    const key = request.headers["idempotency-key"];
    const { order, isRepeated } =
      typeof key === "string" ? await once(key, randomUUID(), items, placeAs) : await placeAs(randomUUID());
    if (isRepeated) reply.header("idempotency-replayed", "true");
    if (isForm(request)) return reply.redirect("/orders", 303);
    return reply.code(201).header("location", `/orders/${order.id}`).send(order);
  });

  app.get("/orders", async (request, reply) => {
    const orders = await latest(LISTED);
    reply.header("vary", "accept");
    return wantsPage(request)
      ? reply.headers(PAGE_HEADERS).send(ordersPage(orders, randomUUID()))
      : reply.send({ orders });
  });

  app.get("/orders/:id", { schema: ONE_ORDER }, async (request, reply) => {
    const order = await find(/** @type {{ id: string }} */ (request.params).id);
    return order ?? answer(request, reply.code(404), "there is no such order");
  });
}
