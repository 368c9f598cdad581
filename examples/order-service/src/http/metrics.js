// @ts-check
/** The metrics for Prometheus. Labels have few values: routes instead of paths. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { within } from "../wait.js";

/**
 * @param {object} needs
 * @param {() => Promise<number>} needs.countOutbox
 */
export function createMetrics({ countOutbox }) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const labelNames = /** @type {const} */ (["method", "route", "status"]);
  new Gauge({
    name: "outbox_events",
    help: "Events that wait to be published to Kafka, at most 10000",
    registers,
    async collect() {
      // Without the database, the last number stays.
      await within(1000, countOutbox()).then(
        (count) => this.set(count),
        () => {},
      );
    },
  });
  return {
    registry,
    inFlight: new Gauge({
      name: "http_requests_in_flight",
      help: "Requests that are being answered, without probes and metrics",
      registers,
    }),
    requests: new Counter({
      name: "http_requests_total",
      help: "Requests that ended",
      labelNames,
      registers,
    }),
    duration: new Histogram({
      name: "http_request_duration_seconds",
      help: "Time from a request to the end of its response",
      labelNames,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers,
    }),
  };
}

/** @typedef {ReturnType<typeof createMetrics>} Metrics */

/**
 * @param {import("fastify").FastifyInstance} app
 * @param {Metrics} metrics
 */
export function addMetrics(app, { registry }) {
  app.get("/metrics", { config: { isInternal: true } }, async (_, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
}
