// @ts-check
/** Reads the whole configuration at start and collects every problem. No problem repeats a value: it may be a secret. */
import { readFileSync } from "node:fs";
import { settingsOf } from "./settings.js";
import * as read from "./variables.js";

/**
 * @typedef {object} Configuration
 * @property {string} environment NODE_ENV
 * @property {number} port
 * @property {string} logLevel
 * @property {string} databaseUrl
 * @property {{ host: string, port: number, password: string | undefined }} redis
 * @property {string[]} kafkaBrokers
 * @property {string} paymentUrl
 * @property {string} inventoryUrl
 * @property {number} shutdownSeconds Limit for a shutdown.
 * @property {{ name: string, key: string } | undefined} configMap Where the settings are read again.
 * @property {import("./settings.js").Settings} settings The content of the configuration file.
 */

/** The variables, how each is read, and what counts if it is missing. Without a fallback, it is required. */
const VARIABLES = {
  NODE_ENV: { read: read.oneOf("production", "development", "test"), fallback: "development" },
  PORT: { read: read.wholeNumber(1, 65535), fallback: "3000" },
  LOG_LEVEL: { read: read.oneOf("fatal", "error", "warn", "info", "debug", "trace"), fallback: "info" },
  DATABASE_URL: { read: read.postgresUrl },
  KAFKA_BROKERS: { read: read.addresses },
  REDIS_HOST: { read: read.host },
  REDIS_PORT: { read: read.wholeNumber(1, 65535), fallback: "6379" },
  REDIS_PASSWORD: { read: read.anyText, fallback: "" },
  PAYMENT_URL: { read: read.httpUrl },
  INVENTORY_URL: { read: read.httpUrl },
  CONFIG_FILE: { read: read.anyText, fallback: "/etc/order-service/app-config.json" },
  CONFIG_MAP: { read: read.configMapKey, fallback: "" },
  SHUTDOWN_SECONDS: { read: read.wholeNumber(1, 3600), fallback: "60" },
};

/**
 * Returns the configuration, or every problem, one line each.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {(path: string) => string} [readFile]
 * @returns {{ configuration: Configuration } | { problems: string[] }}
 */
export function readConfiguration(env, readFile = (path) => readFileSync(path, "utf8")) {
  /** @type {string[]} */
  const problems = [];
  /** @type {Record<string, any>} */
  const values = {};
  for (const [name, variable] of Object.entries(VARIABLES)) {
    const text = env[name] || ("fallback" in variable ? variable.fallback : undefined);
    if (text === undefined) problems.push(`${name}: not set, but required`);
    else attempt(name, () => (values[name] = variable.read(text)));
  }
  const settings = attempt(`CONFIG_FILE, ${values.CONFIG_FILE}`, () =>
    settingsOf(readFile(values.CONFIG_FILE)),
  );
  if (problems.length > 0 || settings === undefined) return { problems };
  return {
    configuration: {
      environment: values.NODE_ENV,
      port: values.PORT,
      logLevel: values.LOG_LEVEL,
      databaseUrl: values.DATABASE_URL,
      redis: {
        host: values.REDIS_HOST,
        port: values.REDIS_PORT,
        password: values.REDIS_PASSWORD || undefined,
      },
      kafkaBrokers: values.KAFKA_BROKERS,
      paymentUrl: values.PAYMENT_URL,
      inventoryUrl: values.INVENTORY_URL,
      shutdownSeconds: values.SHUTDOWN_SECONDS,
      configMap: values.CONFIG_MAP,
      settings,
    },
  };

  /**
   * @template T
   * @param {string} where
   * @param {() => T} action
   * @returns {T | undefined}
   */
  function attempt(where, action) {
    try {
      return action();
    } catch (error) {
      for (const line of /** @type {Error} */ (error).message.split("\n")) problems.push(`${where}: ${line}`);
      return undefined;
    }
  }
}
