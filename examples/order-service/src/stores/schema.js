// @ts-check
/** Creates the tables, as soon as the database answers. */
import { described } from "../problem.js";
import { backoff, pause } from "../wait.js";

const STATEMENTS = `
  CREATE TABLE IF NOT EXISTS orders (
    id uuid PRIMARY KEY,
    items jsonb NOT NULL,
    total numeric(14, 2) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX IF NOT EXISTS orders_latest ON orders (created_at DESC);
  CREATE TABLE IF NOT EXISTS outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
  );
`;

/** The number of the lock: any, but the same in every pod. */
const LOCK = 20_260_001;

/**
 * Creates the tables. All pods of a deployment do this at the same time, and `IF NOT EXISTS` alone can fail then.
 *
 * @param {import("pg").Pool} pool
 */
export async function createTables(pool) {
  // Several statements in one text are one transaction, at whose end the lock is released.
  await pool.query(`SELECT pg_advisory_xact_lock(${LOCK}); ${STATEMENTS}`);
}

/**
 * Creates the tables, again and again until it works.
 *
 * @param {() => Promise<void>} create
 * @param {import("pino").BaseLogger} log
 * @param {AbortSignal} signal
 */
export async function createTablesEventually(create, log, signal) {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      return await create();
    } catch (error) {
      const ms = backoff(failures);
      log.warn({ problem: described(error), retryMs: ms }, "the tables cannot be created");
      await pause(ms, signal);
    }
  }
}
