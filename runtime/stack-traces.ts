/** Stack traces that cost little. */

/**
 * Does work in which stack traces have one frame, where it is in the JavaScript that runs. The SDK notes a stack with every
 * promise, several for each resource, and reads it only with PULUMI_DEBUG_PROMISE_LEAKS; ts-node leads every frame of each
 * back to its source, which was a third of the program's time.
 */
export function withShortStackTraces<T>(work: () => T, environment = process.env): T {
  if (environment.PULUMI_DEBUG_PROMISE_LEAKS) return work();
  const traces: { stackTraceLimit: number; prepareStackTrace?: unknown } = Error;
  const { stackTraceLimit, prepareStackTrace } = traces;
  traces.stackTraceLimit = 1;
  traces.prepareStackTrace = undefined;
  try {
    return work();
  } finally {
    traces.stackTraceLimit = stackTraceLimit;
    traces.prepareStackTrace = prepareStackTrace;
  }
}
