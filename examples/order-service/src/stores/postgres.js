// @ts-check
/** The connections to PostgreSQL. */
import pg from "pg";
import { described, Problem } from "../problem.js";

/**
 * @param {string} url
 * @param {import("pino").BaseLogger} log
 */
export function createPool(url, log) {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "order-service",
    max: 10,
    connectionTimeoutMillis: 3000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: 10_000,
    // For a server that hangs, and cannot end a statement itself.
    query_timeout: 12_000,
  });
  // An idle connection that breaks. Without a listener, it would end the program. The pool replaces the connection.
  pool.on("error", (error) =>
    log.warn({ problem: described(error) }, "an idle connection to the database broke"),
  );
  return pool;
}

/**
 * Runs a statement. Failures of the connection or the server become a problem with status 503.
 *
 * @param {pg.Pool} pool
 * @param {string} statement
 * @param {unknown[]} [values]
 * @returns {Promise<any[]>}
 */
export async function query(pool, statement, values = []) {
  try {
    return (await pool.query(statement, values)).rows;
  } catch (error) {
    throw isUnavailable(error) ? new Problem(503, "the database does not answer", error) : error;
  }
}

/**
 * Whether an error says nothing about the statement: no connection, or a server that stops, starts, is full, or is a replica.
 *
 * @param {unknown} error
 */
function isUnavailable(error) {
  if (!(error instanceof pg.DatabaseError)) return true;
  // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html; 42P01: a table that is still to be created.
  return ["08", "25", "28", "53", "57"].includes(error.code?.slice(0, 2) ?? "") || error.code === "42P01";
}
