/**
 * What the SDK does with every resource to debug itself, at a cost that a program of a hundred services waits for. Each
 * workaround names what it is about upstream; tests/unit/sdk-workarounds.test.ts fails when the SDK no longer needs it.
 */
import * as pulumi from "@pulumi/pulumi";

/** The SDK's types leave these out. */
interface Debuggable {
  debuggablePromise(promise: Promise<unknown>, context?: unknown): Promise<unknown>;
}
interface Callsites {
  callsites(): unknown[];
}
type Debug = typeof pulumi.log.debug;

/** Applies them, unless PULUMI_DEBUG_PROMISE_LEAKS is set: then somebody debugs the SDK. */
export function workAroundSdk(environment = process.env): void {
  if (environment.PULUMI_DEBUG_PROMISE_LEAKS) return;
  withoutStacksOfPromises(require("@pulumi/pulumi/runtime/debuggable") as Debuggable);
  withoutStacksOfRegistrations(pulumi.Resource as unknown as Callsites);
  Object.assign(pulumi.log, { debug: inBatches(pulumi.log.debug, pulumi.runtime.rpcKeepAlive) });
}

/**
 * The SDK notes a stack with every promise, several for each resource; ts-node leads each frame of it back to its source
 * (https://github.com/pulumi/pulumi/issues/7682).
 */
function withoutStacksOfPromises(debuggable: Debuggable): void {
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

/**
 * The SDK sends the whole stack of each registration to the engine, which keeps it in the state and writes that at every step
 * (https://github.com/pulumi/pulumi/pull/20430, https://github.com/pulumi/pulumi/issues/18478).
 */
function withoutStacksOfRegistrations(resource: Callsites): void {
  resource.callsites = () => [];
}

/** What the engine answers holds the secrets of resources in plain text. */
const withoutAnswers = (message: string): string =>
  message.replace(/\bresp: .*$/s, "resp: not shown, it may hold secrets");

/**
 * The SDK sends its messages for `--debug` one after the other, whether anybody reads them or not, and a program ends after the
 * last one (https://github.com/pulumi/pulumi/issues/7146). While one is on its way, those that come are put together.
 */
export function inBatches(send: Debug, keepAlive: () => () => void): Debug {
  let waiting: string[] = [];
  let sending: Promise<void> | undefined;
  const drain = async () => {
    const done = keepAlive();
    try {
      while (waiting.length > 0) {
        const batch = waiting.join("\n");
        waiting = [];
        await send(batch);
      }
    } finally {
      sending = undefined;
      done();
    }
  };
  return (message, resource, streamId, ephemeral) => {
    if (resource !== undefined) return send(withoutAnswers(message), resource, streamId, ephemeral);
    waiting.push(withoutAnswers(message));
    sending ??= Promise.resolve().then(drain);
    return sending;
  };
}
