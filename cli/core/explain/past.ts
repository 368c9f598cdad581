/** What events say about pods that are gone: after a failed update, Helm has already rolled back. */
import { compact } from "../../../src/model/records";
import {
  type Facts,
  isAbout,
  type KubernetesEvent,
  newestReplicaSet,
  type Pod,
  releaseOf,
  type Workload,
} from "./facts";
import { evictedReason, imageReason, schedulingReason } from "./pods";
import type { Reason, Where } from "./reason";
import { creationReason } from "./workloads";

/** An event about an object that is not a present pod. */
export interface GoneEvent {
  event: KubernetesEvent;
  /** The workload that the object is, or that created it. Undefined if it is gone too. */
  owner: Workload | undefined;
}

/** Returns the events of a release's objects except its present pods, without problems that later events show to be over. */
export function eventsOfGone(
  release: string,
  releases: readonly string[],
  { pods, replicaSets, workloads }: Facts,
  events: readonly KubernetesEvent[],
): GoneEvent[] {
  const owners = [...replicaSets, ...workloads];
  return events.flatMap((event) => {
    if (pods.some(({ metadata }) => isAbout(event, { kind: "Pod", metadata }))) return [];
    const { name = "" } = event.involvedObject;
    const owner = owners.find(({ metadata }) => name === metadata.name || isPodOf(name, metadata.name));
    if ((owner ? releaseOf(owner.metadata) : nearestName(name, releases)) !== release) return [];
    return isResolved(event, events) ? [] : [{ event, owner }];
  });
}

/**
 * Reasons from events of deleted pods. While Helm is working on the release, only pods of its newest version count: events of older
 * ones explain nothing about the pods that are starting.
 */
export function pastReasons(
  { name: release, status }: { name: string; status?: string },
  events: readonly GoneEvent[],
  { pods, replicaSets }: Facts,
  where: Where,
): Reason[] {
  const isPending = status?.startsWith("pending-") ?? false;
  const newest = newestReplicaSet(replicaSets.filter(({ metadata }) => releaseOf(metadata) === release));
  const isOld = (owner: Workload | undefined, kind = "", name = "") =>
    isPending &&
    // A pod that has taken the name of a deleted one shows its own reasons.
    (pods.some(({ metadata }) => kind === "Pod" && metadata.name === name) ||
      (newest !== undefined && owner?.kind === "ReplicaSet" && owner.metadata.name !== newest.metadata.name));
  return events.flatMap(({ event, owner }): Reason[] => {
    const { kind, name = "" } = event.involvedObject;
    const { message } = event;
    if (event.type !== "Warning" || message === undefined || isOld(owner, kind, name)) return [];
    const isGone = kind === "Pod" || owner === undefined;
    const object = isGone ? `${kind} ${name} (gone)` : `${kind} ${name}`;
    return reasonOfEvent(event, message, object, where, owner).map((reason) =>
      isGone ? { ...reason, gone: true } : reason,
    );
  });
}

/** Which container of a deleted pod without warnings started last. Returns one reason, about the newest pod, or none. */
export function startedReasons(events: readonly GoneEvent[]): Reason[] {
  const started = events.flatMap(({ event: { reason, involvedObject } }) => {
    const [, section, container] =
      /^spec\.(containers|initContainers)\{(.+)\}$/.exec(involvedObject.fieldPath ?? "") ?? [];
    return reason === "Started" && container !== undefined
      ? [{ pod: involvedObject.name, isInit: section === "initContainers", container }]
      : [];
  });
  const last = started.at(-1);
  if (last === undefined) return [];
  const { pod, isInit, container } = last;
  return [
    {
      cause: "starting",
      object: `Pod ${pod} (gone)`,
      what: isInit
        ? `its init container ${container} started, but no other container after it`
        : `container ${container} started, but no event says why the pod did not become ready`,
      todo: [],
      gone: true,
    },
  ];
}

const BEGUN = ["Pulling", "Pulled", "Created", "Started"];

/** What proves that a failure is over, by the reason of its event. A pod is scheduled and gets its volumes only once. */
const RESOLVED_BY: Readonly<Record<string, readonly string[]>> = {
  FailedScheduling: ["Scheduled", ...BEGUN],
  FailedMount: BEGUN,
  FailedAttachVolume: BEGUN,
};

/** Whether another event of the pod shows that the problem of an event is over. */
function isResolved(
  { reason = "", involvedObject }: KubernetesEvent,
  events: readonly KubernetesEvent[],
): boolean {
  const by = RESOLVED_BY[reason] ?? [];
  const { kind, name, uid } = involvedObject;
  return events.some(
    ({ reason = "", involvedObject: of }) =>
      by.includes(reason) && of.kind === kind && of.name === name && of.uid === uid,
  );
}

/** The reason in a warning about an object. */
function reasonOfEvent(
  event: KubernetesEvent,
  message: string,
  object: string,
  where: Where,
  owner: Workload | undefined,
): Reason[] {
  // The pod is gone, but its template may still exist.
  const pod: Pod | undefined = owner?.spec?.template?.spec && {
    metadata: { name: event.involvedObject.name ?? "" },
    spec: owner.spec.template.spec,
  };
  if (event.reason === "FailedScheduling") return [schedulingReason(object, message, where, pod)];
  if (event.reason === "FailedCreate") return [creationReason(object, message, where)];
  if (/Failed to pull image "([^"]+)"/.test(message)) {
    const image = /Failed to pull image "([^"]+)"/.exec(message)?.[1];
    return [imageReason(object, compact({ name: "", image }), message, where, pod)];
  }
  if (event.reason === "Evicted") return [evictedReason(object, "Evicted", message, where, [])];
  if (event.reason === "BackOff")
    return [
      {
        cause: "crash",
        object,
        what: "one of its containers kept crashing",
        said: [message],
        todo: [],
      },
    ];
  if (event.reason === "Unhealthy")
    return [{ cause: "probe", object, what: "one of its probes failed", said: [message], todo: [] }];
  if (/Mount|Attach/.test(event.reason ?? ""))
    return [
      {
        cause: "volume",
        object,
        what: "one of its volumes could not be mounted",
        said: [message],
        todo: [],
      },
    ];
  return [];
}

/** The release with the longest name that an object's name starts with: `cart` must not get objects of `cart-worker`. */
const nearestName = (name: string, releases: readonly string[]): string | undefined =>
  [...releases]
    .sort((a, b) => b.length - a.length)
    .find((release) => name === release || name.startsWith(`${release}-`));

/** Pods are named `<owner>-<five characters>` by ReplicaSets and Jobs, `<owner>-<number>` by StatefulSets. */
const isPodOf = (name: string, owner: string): boolean =>
  name.startsWith(`${owner}-`) && /^([a-z0-9]{5}|\d+)$/.test(name.slice(owner.length + 1));
