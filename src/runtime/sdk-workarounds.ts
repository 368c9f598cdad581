/**
 * Turns off debugging aids of the SDK that cost noticeable time in a program with a hundred services. Each workaround names its
 * upstream issue. tests/unit/sdk-workarounds.test.ts fails when the SDK no longer needs one.
 */
import * as pulumi from "@pulumi/pulumi";

/** Parts of the SDK that are missing in its types. */
interface Debuggable {
  debuggablePromise(promise: Promise<unknown>, context?: unknown): Promise<unknown>;
}
interface Callsites {
  callsites(): unknown[];
}
type Debug = typeof pulumi.log.debug;

/** Applies the workarounds unless PULUMI_DEBUG_PROMISE_LEAKS is set, which is used to debug the SDK. */
export function workAroundSdk(environment = process.env): void {
  if (environment.PULUMI_DEBUG_PROMISE_LEAKS) return;
  withoutStacksOfPromises(require("@pulumi/pulumi/runtime/debuggable") as Debuggable);
  withoutStacksOfRegistrations(pulumi.Resource as unknown as Callsites);
  Object.assign(pulumi.log, { debug: inBatches(pulumi.log.debug, pulumi.runtime.rpcKeepAlive) });
}

/**
 * Prevents a stack trace for every promise. The SDK creates several per resource, and ts-node maps each frame to its source
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
 * Prevents a stack trace for every registration. The engine keeps it in the state, which it writes at every step
 * (https://github.com/pulumi/pulumi/pull/20430, https://github.com/pulumi/pulumi/issues/18478).
 */
function withoutStacksOfRegistrations(resource: Callsites): void {
  resource.callsites = () => [];
}

/** Removes the engine's answer from a debug message: it contains secrets of resources in plain text. */
const withoutAnswers = (message: string): string =>
  message.replace(/\bresp: .*$/s, "resp: not shown, it may hold secrets");

/**
 * Returns a function that sends debug messages in batches. The SDK sends its `--debug` messages one by one, even without `--debug`,
 * and a program only exits after the last one (https://github.com/pulumi/pulumi/issues/7146). While a message is sent, new ones
 * are collected for the next batch.
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
