/** What an update has seen of pods that were not ready: after a failure Helm removes the pods, with exit codes and logs. */
import type { Cause, Reason } from "./reason";

export type SeenReason = Reason & { seenAt: string };

/** Reasons by release. */
export type Seen = Readonly<Record<string, readonly SeenReason[]>>;

/** Causes from the most to the least telling. */
const ORDER: readonly Cause[] = [
  ...(["memory", "crash", "image", "configuration", "quota", "admission", "node", "job"] as const),
  ...(["volume", "unschedulable", "conflict", "balancer", "probe", "waiting", "starting"] as const),
];

/** Causes that stay true after they are no longer visible. The others only count while they last. */
const LASTING: readonly Cause[] = [
  "memory",
  "crash",
  "image",
  "configuration",
  "quota",
  "admission",
  "node",
  "job",
];

/** Causes that explain another one: a program that crashes also fails its probes. */
const COVERED_BY: Partial<Record<Cause, readonly Cause[]>> = {
  crash: ["memory"],
  probe: ["memory", "crash"],
  waiting: ["memory", "crash"],
};

/** Adds what is seen now to what was seen before: the newest reason for each cause, the most telling first. */
export function addSeen(
  before: readonly SeenReason[],
  now: readonly Reason[],
  seenAt: string,
): readonly SeenReason[] {
  if (now.length === 0) return before;
  const kept = before.filter(
    ({ cause }) => LASTING.includes(cause) && now.every((reason) => reason.cause !== cause),
  );
  return byCause([...now.map((reason) => ({ ...withEarlierWords(reason, before), seenAt })), ...kept]);
}

/** Adds what was said about the same object and cause before, if nothing is now: logs come and go with the container. */
function withEarlierWords(reason: Reason, before: readonly SeenReason[]): Reason {
  if (reason.said !== undefined) return reason;
  const said = before.find(({ cause, object }) => cause === reason.cause && object === reason.object)?.said;
  return said === undefined ? reason : { ...reason, said };
}

/**
 * Combines what is visible now with what an update has seen. Events of pods that are gone say less than what was seen of these
 * pods.
 */
export function withSeen(reasons: readonly Reason[], seen: readonly SeenReason[] = []): Reason[] {
  if (seen.length === 0) return [...reasons];
  const present = reasons.filter(({ cause, gone }) => cause !== "starting" && gone === undefined);
  const past = seen.filter(({ cause }) => present.every((reason) => reason.cause !== cause)).map(asPast);
  const causes = [...present, ...seen].map(({ cause }) => cause);
  const gone = reasons.filter(
    (reason) =>
      reason.gone &&
      ![reason.cause, ...(COVERED_BY[reason.cause] ?? [])].some((cause) => causes.includes(cause)),
  );
  return [...present, ...past, ...gone];
}

/** A reason that was seen, without commands about the pod that is gone. */
function asPast({ logs: _, todo, ...reason }: SeenReason): Reason {
  const pod = /^Pod (\S+)/.exec(reason.object)?.[1];
  return {
    ...reason,
    what: `seen during the update at ${timeText(reason.seenAt)}: ${reason.what}`,
    todo: pod === undefined ? todo : todo.filter((line) => !line.includes(pod)),
  };
}

/** `2026-01-01 12:03 UTC`. */
const timeText = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

const byCause = <T extends Reason>(reasons: readonly T[]): T[] =>
  [...reasons].sort((a, b) => ORDER.indexOf(a.cause) - ORDER.indexOf(b.cause));
