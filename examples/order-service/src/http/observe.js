// @ts-check
/** Logs and counts every request when its response has ended, or its client has left. */
import { randomUUID } from "node:crypto";

/** The status of a request whose client left before the response was complete, as in nginx. */
const CLIENT_LEFT = 499;

/**
 * The ID of a request: the client's, if it is harmless in a log.
 *
 * @param {{ headers: import("node:http").IncomingHttpHeaders }} request
 */
export function requestIdOf({ headers }) {
  const given = headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID();
}

/**
 * @param {import("fastify").FastifyInstance} app
 * @param {import("./metrics.js").Metrics} metrics
 */
export function observeRequests(app, metrics) {
  app.addHook("onRequest", async (request, reply) => {
    const { method, routeOptions } = request;
    const isInternal = /** @type {{ isInternal?: boolean }} */ (routeOptions.config)?.isInternal === true;
    const started = performance.now();
    reply.header("x-request-id", request.id);
    if (!isInternal) metrics.inFlight.inc();
    // Not Fastify's hook onResponse, which is not called if the client leaves.
    reply.raw.once("close", () => {
      if (!isInternal) metrics.inFlight.dec();
      const ms = performance.now() - started;
      const status = reply.raw.writableEnded ? reply.statusCode : CLIENT_LEFT;
      // A path has any number of values, and a request without a route any path.
      const labels = { method, route: routeOptions.url ?? "none", status: String(status) };
      metrics.requests.inc(labels);
      metrics.duration.observe(labels, ms / 1000);
      const [path] = request.url.split("?", 1);
      const line = { method, path, status, ms: Math.round(ms), client: request.ip };
      request.log[isInternal ? "debug" : "info"](line, "request");
    });
  });
}
