/** Stack traces that cost little. */

interface Traces {
  stackTraceLimit: number;
  prepareStackTrace?: ((error: Error, frames: NodeJS.CallSite[]) => unknown) | undefined;
}

/**
 * Does work in which stack traces have one frame, where it is in the JavaScript that runs. The SDK notes a stack with every
 * promise, several for each resource, and reads it only with PULUMI_DEBUG_PROMISE_LEAKS; ts-node leads every frame of each
 * back to its source, which was a third of the program's time. It also keeps the whole stack of each registration in the state,
 * a tenth of what the engine writes anew at every step: that one is left empty.
 */
export function withShortStackTraces<T>(work: () => T, environment = process.env): T {
  if (environment.PULUMI_DEBUG_PROMISE_LEAKS) return work();
  const traces: Traces = Error;
  const { stackTraceLimit, prepareStackTrace } = traces;
  traces.stackTraceLimit = 1;
  // More frames than the limit are those of a registration, for which the SDK lifts it.
  traces.prepareStackTrace = (error, [frame, ...others]) =>
    others.length > 0 || frame === undefined ? String(error) : `${error}\n    at ${frame}`;
  try {
    return work();
  } finally {
    traces.stackTraceLimit = stackTraceLimit;
    traces.prepareStackTrace = prepareStackTrace;
  }
}
