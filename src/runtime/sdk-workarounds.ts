/** What the SDK does with every resource to debug itself, and what a program of a hundred services waits for. */
import * as pulumi from "@pulumi/pulumi";

type PrepareStackTrace = (error: Error, frames: NodeJS.CallSite[]) => unknown;

/** Functions of the SDK that note a stack: with each promise, read only to find leaks, and with each registration, for the state. */
const NOTES = new Set(["debuggablePromise", "callsites"]);

/**
 * Leaves it out, unless PULUMI_DEBUG_PROMISE_LEAKS is set. With every promise, several for each resource, the SDK notes a stack,
 * every frame of which ts-node leads back to its source; it keeps the stack of each registration in the state, which the engine
 * writes anew at every step; and it tells the engine of each in some messages for `--debug`, one after the other, which the program
 * waits for at its end.
 */
export function withoutSdkDebugging(environment = process.env): void {
  if (environment.PULUMI_DEBUG_PROMISE_LEAKS) return;
  const traces: { prepareStackTrace?: PrepareStackTrace } = Error;
  traces.prepareStackTrace = withoutNotes(traces.prepareStackTrace ?? asNodeDoes);
  Object.assign(pulumi.log, { debug: () => Promise.resolve() });
}

/** Traces as before, but empty where it is the SDK that notes one. */
const withoutNotes =
  (before: PrepareStackTrace): PrepareStackTrace =>
  (error, frames) =>
    isNote(frames[0]) ? "" : before(error, frames);

const isNote = (frame: NodeJS.CallSite | undefined): boolean =>
  NOTES.has(frame?.getFunctionName() ?? "") && frame?.getFileName()?.includes("@pulumi/pulumi/") === true;

const asNodeDoes: PrepareStackTrace = (error, frames) =>
  [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n");
