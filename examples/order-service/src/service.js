// @ts-check
/** Puts the service together: what needs what, and in which order it ends. */

import { networkInterfaces } from "node:os";
import { readConfigMap } from "./configuration/cluster.js";
import { refreshSettings } from "./configuration/refresh.js";
import { createDrain } from "./http/drain.js";
import { createReadiness } from "./http/health.js";
import { createMetrics } from "./http/metrics.js";
import { createServer } from "./http/server.js";
import { createCachedFind, createKeys } from "./orders/cache.js";
import { createNeighbors } from "./orders/neighbors.js";
import { createOnce } from "./orders/once.js";
import { createOutbox } from "./orders/outbox.js";
import { createOutboxTable } from "./orders/outbox-table.js";
import { createPlacing } from "./orders/place.js";
import { createOrders } from "./orders/store.js";
import { createPublisher } from "./stores/kafka.js";
import { createPool } from "./stores/postgres.js";
import { createRedis } from "./stores/redis.js";
import { createTables, createTablesEventually } from "./stores/schema.js";
import { within } from "./wait.js";

/**
 * @param {import("./configuration/environment.js").Configuration} configuration
 * @param {import("pino").Logger} log
 */
export function createService(configuration, log) {
  const ended = new AbortController();
  let { settings } = configuration;
  const pool = createPool(configuration.databaseUrl, log);
  const redis = createRedis(configuration.redis, log);
  const publisher = createPublisher(configuration.kafkaBrokers);

  const store = createOrders(pool);
  const outboxTable = createOutboxTable(pool);
  const outbox = createOutbox({ take: outboxTable.take, publish: publisher.publish, log });
  const neighbors = createNeighbors(configuration);
  const find = (/** @type {string} */ id) => store.find(id);
  let hasTables = false;

  const { app, startDraining } = createServer({
    log,
    metrics: createMetrics({ countOutbox: outboxTable.count }),
    failing: createReadiness({
      database: async () => {
        if (!hasTables) throw new Error("the tables are not created yet");
        await pool.query("SELECT 1");
      },
      redis: () => redis.ping(),
    }),
    orders: {
      place: createPlacing({ neighbors, store, onStored: outbox.wake, log }),
      once: createOnce(createKeys(redis)),
      find: createCachedFind(redis, find),
      latest: store.latest,
      settings: () => settings,
    },
  });
  const drain = createDrain(app.server);

  return {
    /** Listens at once. The stores may come later: until then, the service is alive and not ready. */
    async start() {
      const { port, configMap } = configuration;
      await app.listen({ host: anyAddress(), port });
      createTablesEventually(() => createTables(pool), log, ended.signal).then(() => {
        hasTables = !ended.signal.aborted;
        if (hasTables) outbox.start();
      });
      if (configMap)
        refreshSettings({
          current: settings,
          read: (signal) => readConfigMap(configMap, signal),
          apply: (changed) => {
            settings = changed;
          },
          log,
          signal: ended.signal,
        });
    },

    /** Ends the service: first what others notice, last what requests need. */
    async end() {
      startDraining();
      await drain(() => app.close());
      ended.abort();
      await outbox.stop();
      const closed = Promise.allSettled([publisher.close(), redis.close(), pool.end()]);
      // Nothing is lost if a store hangs.
      await within(3000, closed).catch(() => log.warn("not all connections are closed"));
    },
  };
}

/** All addresses of the pod. `::` includes IPv4, but fails where the kernel has no IPv6. */
function anyAddress() {
  const addresses = Object.values(networkInterfaces()).flat();
  return addresses.some((address) => address?.family === "IPv6") ? "::" : "0.0.0.0";
}
