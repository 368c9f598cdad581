// @ts-check
import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { createDrain } from "../src/http/drain.js";
import { endOnSignals } from "../src/shutdown.js";
import { createFakeService, createKeptLog, until } from "./fakes.js";

/** A server on a free port, with a request that ends when the test says so. */
async function listen() {
  const service = createFakeService();
  /** @type {() => void} */
  let answer = () => {};
  let isAsked = false;
  service.store.latest = () =>
    new Promise((done) => {
      isAsked = true;
      answer = () => done([]);
    });
  const drain = createDrain(service.app.server);
  await service.app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = /** @type {import("node:net").AddressInfo} */ (service.app.server.address());
  return { ...service, drain, port, answer: () => answer(), isAsked: () => isAsked };
}

/**
 * @param {number} port
 * @param {string} path
 * @param {Agent} agent
 */
async function get(port, path, agent) {
  const outgoing = request({ host: "127.0.0.1", port, path, agent }).end();
  const [response] = await once(outgoing, "response");
  response.resume();
  await once(response, "end");
  return /** @type {import("node:http").IncomingMessage} */ (response);
}

describe("a shutdown", () => {
  it("answers what is in flight, makes keep-alive clients leave, and closes idle connections", async () => {
    const { app, drain, startDraining, port, answer, isAsked } = await listen();
    const agents = [1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    const [busy, idle] = /** @type {[Agent, Agent]} */ (agents);
    assert.equal((await get(port, "/health/live", idle)).headers.connection, "keep-alive");
    const unused = connect(port, "127.0.0.1");
    await once(unused, "connect");
    const inFlight = get(port, "/orders", busy);
    await until(isAsked);
    startDraining();
    let isClosed = false;
    const drained = drain(() => app.close(), 20).then(() => {
      isClosed = true;
    });
    assert.equal((await get(port, "/health/ready", new Agent())).statusCode, 503);
    await once(unused, "close");
    await until(() => Object.keys(idle.freeSockets).length === 0);
    assert.equal(isClosed, false, "the request in flight is waited for");
    answer();
    const { statusCode, headers } = await inFlight;
    assert.deepEqual([statusCode, headers.connection], [200, "close"]);
    await drained;
    for (const agent of agents) agent.destroy();
  });

  it("ends once everything has ended, at once on a second signal, and after the limit", async () => {
    const run = (/** @type {() => Promise<void>} */ end, limitMs = 60_000) => {
      const signals = new EventEmitter();
      /** @type {number[]} */
      const codes = [];
      endOnSignals({ signals, exit: (code) => codes.push(code), limitMs, log: createKeptLog().log, end });
      signals.emit("SIGTERM", "SIGTERM");
      return { signals, codes };
    };
    const good = run(async () => {});
    await until(() => good.codes.length > 0);
    assert.deepEqual(good.codes, [0]);

    const bad = run(() => Promise.reject(new Error("broken")));
    await until(() => bad.codes.length > 0);
    assert.deepEqual(bad.codes, [1]);

    /** @type {() => void} */
    let end = () => {};
    const slow = run(
      () =>
        new Promise((done) => {
          end = done;
        }),
    );
    slow.signals.emit("SIGINT", "SIGINT");
    assert.deepEqual(slow.codes, [1]);
    end();

    const stuck = run(() => new Promise(() => {}), 5);
    await until(() => stuck.codes.length > 0);
    assert.deepEqual(stuck.codes, [1]);
  });
});
