// @ts-check
import assert from "node:assert/strict";
import { createOutbox } from "../src/orders/outbox.js";
import { createOutboxTable } from "../src/orders/outbox-table.js";
import { createKeptLog, until } from "./fakes.js";

describe("the outbox", () => {
  it("publishes events when they are reported, and keeps them while Kafka is away", async () => {
    /** @type {string[]} */
    const waiting = [];
    /** @type {string[]} */
    const published = [];
    let isAway = true;
    const { log, lines } = createKeptLog();
    const outbox = createOutbox({
      take: async (_, publish) => {
        const events = waiting.map((key) => ({ key, payload: {} }));
        await publish(events);
        return waiting.splice(0, events.length).length;
      },
      publish: async (events) => {
        if (isAway && events.length > 0) throw new Error("no broker");
        published.push(...events.map(({ key }) => key));
      },
      log,
      idleMs: 60_000,
    });
    outbox.start();
    waiting.push("a");
    outbox.wake();
    await until(() => lines.some(({ problem }) => problem === "no broker"));
    assert.deepEqual(waiting, ["a"]);
    isAway = false;
    await until(() => published.length === 1);
    waiting.push("b");
    outbox.wake();
    await until(() => published.length === 2);
    await outbox.stop();
    assert.deepEqual(published, ["a", "b"]);
    assert.ok(lines.some(({ msg }) => msg === "events are published again"));
  });

  it("removes only what was published, and ends the transaction of what was not", async () => {
    /** @type {string[]} */
    const statements = [];
    /** @type {unknown[]} */
    const released = [];
    const client = {
      on: () => {},
      off: () => {},
      query: async (/** @type {string} */ text) => {
        statements.push(/** @type {string} */ (text.split(" ")[0]));
        return { rows: text.startsWith("SELECT") ? [{ id: "1", key: "a", payload: {} }] : [] };
      },
      release: (/** @type {unknown} */ problem) => released.push(problem),
    };
    const pool = /** @type {any} */ ({ connect: async () => client });
    const { take } = createOutboxTable(pool);
    assert.equal(await take(10, async () => {}), 1);
    assert.deepEqual(statements.splice(0), ["BEGIN", "SELECT", "DELETE", "COMMIT"]);
    const away = new Error("no broker");
    await assert.rejects(
      take(10, () => Promise.reject(away)),
      away,
    );
    assert.deepEqual(statements, ["BEGIN", "SELECT"]);
    assert.deepEqual(released, [undefined, away]);
  });
});
