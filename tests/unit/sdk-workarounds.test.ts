/** The SDK still needs the workarounds, and they change nothing else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { inBatches, workAroundSdk } from "../../src/runtime/sdk-workarounds";

/** The SDK's types omit both. */
const debuggable = require("@pulumi/pulumi/runtime/debuggable") as {
  debuggablePromise(promise: object, context: string): unknown;
};
const resource = pulumi.Resource as unknown as { callsites(): unknown[] };

/** Returns what the SDK records for a promise. */
function noted(): string {
  const promise = Promise.resolve();
  debuggable.debuggablePromise(promise, "a test");
  return (promise as unknown as { _debugStackTrace: string })._debugStackTrace;
}

describe("the SDK's debugging aids", () => {
  const { debug } = pulumi.log;
  const { debuggablePromise } = debuggable;
  const { callsites } = resource;

  afterEach(() => {
    Object.assign(pulumi.log, { debug });
    Object.assign(debuggable, { debuggablePromise });
    Object.assign(resource, { callsites });
  });

  it("record a stack trace for every promise and registration, but not with the workaround", () => {
    assert.match(noted(), /sdk-workarounds\.test\.ts/, "no longer needed: withoutStacksOfPromises");
    assert.ok(resource.callsites().length > 1, "no longer needed: withoutStacksOfRegistrations");
    workAroundSdk({});
    assert.doesNotMatch(noted(), /\n/);
    assert.deepEqual(resource.callsites(), []);
  });

  it("send messages one after the other", () => {
    const source = readFileSync(require.resolve("@pulumi/pulumi/log/index.js"), "utf8");
    assert.match(source, /lastLog = Promise\.all\(\[lastLog, /, "no longer needed: inBatches");
  });

  it("are not disabled when leaking promises are debugged", () => {
    workAroundSdk({ PULUMI_DEBUG_PROMISE_LEAKS: "1" });
    assert.match(noted(), /sdk-workarounds\.test\.ts/);
    assert.equal(pulumi.log.debug, debug);
  });

  it("keep the stack traces of errors", () => {
    const before = Error.stackTraceLimit;
    const { prepareStackTrace } = Error;
    workAroundSdk({});
    noted();
    assert.equal(Error.stackTraceLimit, before);
    assert.equal(Error.prepareStackTrace, prepareStackTrace);
    assert.match(new Error("here").stack ?? "", /sdk-workarounds\.test\.ts:/);
  });
});

describe("messages for --debug", () => {
  /** An engine that accepts one message at a time. */
  function engine() {
    const sent: string[] = [];
    const answers: (() => void)[] = [];
    let alive = 0;
    const debug = inBatches(
      (message) => {
        sent.push(message);
        return new Promise((resolve) => answers.push(resolve));
      },
      () => {
        alive++;
        return () => {
          alive--;
        };
      },
    );
    return { sent, answers, debug, isAlive: () => alive > 0 };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it("reach the engine, all of them and in order, with fewer calls", async () => {
    const { sent, answers, debug } = engine();
    for (const message of ["a", "b"]) void debug(message);
    await turn();
    assert.deepEqual(sent, ["a\nb"]);
    for (const message of ["c", "d", "e"]) void debug(message);
    await turn();
    assert.deepEqual(sent, ["a\nb"]);
    answers[0]?.();
    await turn();
    assert.deepEqual(sent, ["a\nb", "c\nd\ne"]);
  });

  it("keep the program running until the last one is sent", async () => {
    const { answers, debug, isAlive } = engine();
    const done = debug("a");
    await turn();
    assert.equal(isAlive(), true);
    answers[0]?.();
    await done;
    assert.equal(isAlive(), false);
  });

  it("do not include the engine's answers, which contain plain-text secrets", async () => {
    const { sent, debug } = engine();
    void debug("Invoke RPC finished: tok=a; err: null, resp: {\n password: hunter22 }");
    void debug("RegisterResource RPC finished: b; err: null, resp: hunter22", {} as pulumi.Resource);
    await turn();
    assert.equal(sent.length, 2);
    assert.doesNotMatch(sent.join(), /hunter22/);
  });

  it("of a resource are attributed to it", async () => {
    const { sent, debug } = engine();
    void debug("a", {} as pulumi.Resource);
    assert.deepEqual(sent, ["a"]);
  });
});
