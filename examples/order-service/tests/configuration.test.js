// @ts-check
import assert from "node:assert/strict";
import { readConfiguration } from "../src/configuration/environment.js";
import { settingsOf } from "../src/configuration/settings.js";

const FILE = JSON.stringify({ features: { a: true }, limits: { maxOrderItems: 5, maxOrderValue: 9.5 } });
const VALID = {
  DATABASE_URL: "postgresql://orders:p%40ss@order-db:5432/orders",
  KAFKA_BROKERS: "kafka-0:9092, kafka-1:9092",
  REDIS_HOST: "redis",
  PAYMENT_URL: "http://payment-service",
  INVENTORY_URL: "http://inventory-service:8080/v1",
};

/** @param {NodeJS.ProcessEnv} env */
function problemsOf(env, file = FILE) {
  const result = readConfiguration(env, () => file);
  return "problems" in result ? result.problems : [];
}

describe("the configuration", () => {
  it("has defaults for what is not required", () => {
    const result = readConfiguration(VALID, () => FILE);
    assert.ok("configuration" in result);
    const { port, redis, kafkaBrokers, inventoryUrl, shutdownSeconds, settings } = result.configuration;
    assert.equal(port, 3000);
    assert.deepEqual(redis, { host: "redis", port: 6379, password: undefined });
    assert.deepEqual(kafkaBrokers, ["kafka-0:9092", "kafka-1:9092"]);
    assert.equal(inventoryUrl, "http://inventory-service:8080/v1/");
    assert.equal(shutdownSeconds, 60);
    assert.equal(settings.limits.maxOrderItems, 5);
  });

  it("names everything that is missing at once", () => {
    const names = problemsOf({}).map((problem) => problem.split(":")[0]);
    assert.deepEqual(names, Object.keys(VALID));
  });

  it("names every wrong value, and repeats none", () => {
    const wrong = {
      DATABASE_URL: "mysql://orders:hush@order-db/orders",
      KAFKA_BROKERS: "hush",
      REDIS_HOST: "hush hush",
      PAYMENT_URL: "hush://",
      INVENTORY_URL: "hush",
      PORT: "hush",
      REDIS_PORT: "70000",
      LOG_LEVEL: "hush",
      NODE_ENV: "hush",
      CONFIG_MAP: "hush",
      SHUTDOWN_SECONDS: "0",
    };
    const problems = problemsOf(wrong, "hush");
    const names = problems.map((problem) => problem.split(/[:,]/)[0]).sort();
    assert.deepEqual(names, [...Object.keys(wrong), "CONFIG_FILE"].sort());
    assert.ok(!problems.join().includes("hush"));
    for (const url of ["postgresql://", "postgresql://order-db/orders", "postgresql://u:p@order-db", "p@ss"])
      assert.equal(problemsOf({ ...VALID, DATABASE_URL: url }).length, 1, url);
  });

  it("says where its file is if that cannot be read", () => {
    const result = readConfiguration({ ...VALID, CONFIG_FILE: "/etc/none.json" });
    assert.ok("problems" in result);
    assert.match(result.problems.join(), /^CONFIG_FILE, \/etc\/none\.json: ENOENT/);
  });

  it("refuses a wrong file with every problem, one line each", () => {
    const wrong = {
      features: { a: "yes" },
      limits: { maxOrderItems: 0, maxOrderValue: "1", other: 1 },
      limit: 1,
    };
    const problems = problemsOf(VALID, JSON.stringify(wrong));
    assert.equal(problems.length, 5, problems.join("\n"));
    for (const text of ["", "null", "[]", "7", "{"])
      assert.throws(() => settingsOf(text), /not a JSON object/);
    assert.throws(() => settingsOf("{}"), /features.*\nlimits/);
  });
});
