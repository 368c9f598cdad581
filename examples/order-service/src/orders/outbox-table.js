// @ts-check
/** The table of events that are to be published. */
import { query } from "../stores/postgres.js";

/** What is counted at most: the number is for an alert, and counting a large table takes long. */
const COUNTED = 10_000;

/** @param {import("pg").Pool} pool */
export const createOutboxTable = (pool) => ({
  /**
   * Hands events to `publish`, oldest first, and removes those that were published. Other pods skip them meanwhile.
   *
   * @param {number} limit
   * @param {(events: import("../stores/kafka.js").Event[]) => Promise<void>} publish
   */
  async take(limit, publish) {
    const client = await pool.connect();
    // A connection that breaks while it is in use. The statement that runs, or the next one, reports it.
    client.on("error", ignore);
    let problem;
    try {
      await client.query("BEGIN");
      const { rows } = await client.query(
        "SELECT id, key, payload FROM outbox ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED",
        [limit],
      );
      if (rows.length > 0) {
        await publish(rows);
        await client.query("DELETE FROM outbox WHERE id = ANY($1)", [rows.map(({ id }) => id)]);
      }
      await client.query("COMMIT");
      return rows.length;
    } catch (error) {
      problem = /** @type {Error} */ (error);
      throw error;
    } finally {
      client.off("error", ignore);
      // After a failure the connection is closed, which also ends the transaction.
      client.release(problem);
    }
  },

  async count() {
    const [row] = await query(
      pool,
      `SELECT count(*)::int AS count FROM (SELECT FROM outbox LIMIT ${COUNTED}) waiting`,
    );
    return /** @type {number} */ (row.count);
  },
});

const ignore = () => {};
