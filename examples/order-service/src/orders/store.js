// @ts-check
/** The orders in PostgreSQL. */
import { query } from "../stores/postgres.js";

/** @typedef {import("./place.js").Order} Order */

/** @param {import("pg").Pool} pool */
export const createOrders = (pool) => ({
  /**
   * Stores an order and its event, in one statement and so in one transaction. Returns the stored order if it exists already.
   *
   * @param {import("./neighbors.js").NewOrder} order
   * @returns {Promise<Order>}
   */
  async insert({ id, items, total }) {
    const [row] = await query(
      pool,
      `WITH stored AS (
         INSERT INTO orders (id, items, total) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING RETURNING *
       ), event AS (
         INSERT INTO outbox (key, payload)
         SELECT id::text, jsonb_build_object('type', 'order.placed', 'id', id, 'items', items, 'total', total,
           'createdAt', created_at)
         FROM stored
       )
       SELECT * FROM stored`,
      [id, JSON.stringify(items), total],
    );
    return row ? orderOf(row) : /** @type {Order} */ (await this.find(id));
  },

  /**
   * @param {string} id
   * @returns {Promise<Order | undefined>}
   */
  async find(id) {
    const [row] = await query(pool, "SELECT * FROM orders WHERE id = $1", [id]);
    return row && orderOf(row);
  },

  /**
   * @param {number} count
   * @returns {Promise<Order[]>}
   */
  async latest(count) {
    return (await query(pool, "SELECT * FROM orders ORDER BY created_at DESC LIMIT $1", [count])).map(
      orderOf,
    );
  },
});

/** @param {{ id: string, items: Order["items"], total: string, created_at: Date }} row */
const orderOf = ({ id, items, total, created_at }) => ({
  id,
  items,
  // PostgreSQL's numeric is text in JavaScript.
  total: Number(total),
  createdAt: created_at.toISOString(),
});
