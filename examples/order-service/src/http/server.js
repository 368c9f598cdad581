// @ts-check
/** The HTTP server with all its routes. */
import Fastify, { LogController } from "fastify";
import { addErrors } from "./errors.js";
import { addHealth } from "./health.js";
import { addMetrics } from "./metrics.js";
import { observeRequests, requestIdOf } from "./observe.js";
import { addOrders } from "./orders-api.js";

/**
 * @param {object} needs
 * @param {import("pino").Logger} needs.log
 * @param {import("./metrics.js").Metrics} needs.metrics
 * @param {() => Promise<string[]>} needs.failing
 * @param {Parameters<typeof addOrders>[1]} needs.orders
 */
export function createServer({ log, metrics, failing, orders }) {
  let isDraining = false;
  const app = /** @type {import("fastify").FastifyInstance} */ (
    /** @type {unknown} */ (
      Fastify({
        loggerInstance: log,
        // One line per request, see observe.js.
        logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
        genReqId: requestIdOf,
        // Longer than proxies keep idle connections (60 s in nginx): a proxy must never use one that closes at the same moment.
        keepAliveTimeout: 75_000,
        // Time to receive a request completely.
        requestTimeout: 30_000,
        bodyLimit: 256 * 1024,
        // During a shutdown, requests on open connections are still answered.
        return503OnClosing: false,
        ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
      })
    )
  );
  // Clients with a connection that they keep open must come back through the Service, to another pod.
  app.addHook("onSend", async (_, reply) => {
    if (isDraining) reply.header("connection", "close");
  });
  observeRequests(app, metrics);
  addErrors(app);
  addHealth(app, { failing, isDraining: () => isDraining });
  addMetrics(app, metrics);
  addOrders(app, orders);
  return {
    app,
    startDraining: () => {
      isDraining = true;
    },
  };
}
