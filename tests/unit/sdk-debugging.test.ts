/** What the SDK notes to debug itself is left out, and nothing else. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { withoutSdkDebugging } from "../../src/runtime/sdk-workarounds";

/** The SDK's types leave both out. */
const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable") as {
  debuggablePromise(promise: object, context: string): unknown;
};
const { callsites } = pulumi.Resource as unknown as { callsites(): unknown[] };

/** What is noted with a promise. */
function noted(): string {
  const promise = Promise.resolve();
  debuggablePromise(promise, "a test");
  return (promise as unknown as { _debugStackTrace: string })._debugStackTrace;
}

describe("the SDK's own debugging", () => {
  const { prepareStackTrace } = Error;
  const { debug } = pulumi.log;

  afterEach(() => {
    Error.prepareStackTrace = prepareStackTrace;
    Object.assign(pulumi.log, { debug });
  });

  it("is left out: stacks of promises and registrations, and messages for --debug", () => {
    assert.match(noted(), /sdk-debugging\.test\.ts/);
    assert.ok(callsites.call(pulumi.Resource).length > 1);
    withoutSdkDebugging({});
    assert.equal(noted(), "");
    assert.deepEqual(callsites.call(pulumi.Resource), []);
    assert.notEqual(pulumi.log.debug, debug);
  });

  it("leaves the trace of an error whole, led back to its source", () => {
    const trace = () => new Error("here").stack?.split("\n").slice(0, 3);
    const [message, first] = trace() ?? [];
    withoutSdkDebugging({});
    const [messageAfter, firstAfter, second] = trace() ?? [];
    assert.equal(messageAfter, message);
    assert.equal(firstAfter, first);
    assert.match(String(firstAfter), /sdk-debugging\.test\.ts:/);
    assert.match(String(second), /sdk-debugging\.test\.ts/);
  });

  it("leaves a trace whole where nothing led it back before", () => {
    Object.assign(Error, { prepareStackTrace: undefined });
    withoutSdkDebugging({});
    const lines = new Error("here").stack?.split("\n") ?? [];
    assert.equal(lines[0], "Error: here");
    assert.match(lines[1] ?? "", /^ {4}at .*sdk-debugging\.test\.ts/);
    assert.ok(lines.length > 2);
  });

  it("is left alone where leaking promises are looked for", () => {
    withoutSdkDebugging({ PULUMI_DEBUG_PROMISE_LEAKS: "1" });
    assert.match(noted(), /sdk-debugging\.test\.ts/);
    assert.equal(pulumi.log.debug, debug);
  });
});
