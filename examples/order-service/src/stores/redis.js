// @ts-check
/** The connection to redis. It is restored without a limit of attempts; until then, commands fail at once instead of waiting. */
import { createClient } from "@redis/client";
import { described } from "../problem.js";
import { backoff } from "../wait.js";

/**
 * @param {import("../configuration/environment.js").Configuration["redis"]} redis
 * @param {import("pino").BaseLogger} log
 */
export function createRedis({ host, port, password }, log) {
  const client = createClient({
    name: "order-service",
    password,
    disableOfflineQueue: true,
    // A server that hangs is noticed by the missing answer to a ping.
    pingInterval: 3000,
    socket: {
      host,
      port,
      connectTimeout: 2000,
      socketTimeout: 8000,
      reconnectStrategy: (failures) => backoff(failures + 1, 100, 5000),
    },
  });
  let problem = "";
  // Without a listener, an error would end the program.
  client.on("error", (error) => {
    const message = described(error);
    if (message !== problem) log.warn({ problem: message }, "redis is not available");
    problem = message;
  });
  client.on("ready", () => {
    problem = "";
    log.info("connected to redis");
  });
  // Not awaited: the program starts without redis, and is not ready until it is there.
  client.connect().catch(() => {});
  return client;
}
