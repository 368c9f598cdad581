/** Explains why releases of a stack are unhealthy: one finding per release. */
import type { Problem } from "../../../src/model/problems";
import { compact } from "../../../src/model/records";
import {
  type Facts,
  isAbout,
  type KubernetesEvent,
  lacksAddress,
  newestReplicaSet,
  type Pod,
  readiness,
  releaseOf,
  timeOf,
  type Workload,
} from "./facts";
import { imageReason, isReady, reasonsOfPod, schedulingReason } from "./pods";
import type { Reason, Where } from "./reason";
import { type Seen, withSeen } from "./seen";
import { creationReason, reasonsOfBalancer, reasonsOfClaim, reasonsOfWorkload } from "./workloads";

/** A release according to the state and Helm. */
export interface KnownRelease {
  name: string;
  kind: "store" | "service" | "job";
  /** Helm's status of its newest revision; undefined if Helm has no such release. */
  status?: string;
  /** The error of the last update, as Pulumi reports it. */
  error?: string;
  /** Objects that it would create but that already exist and belong to others. Default: none, or not checked. */
  blocked?: readonly Problem[];
  /** Whether only the plan has it: it has never been installed. Default: the state has it. */
  isNew?: boolean;
}

export interface Finding {
  release: string;
  kind: KnownRelease["kind"];
  /** What is wrong with the release as a whole. */
  what: string;
  pods: { ready: number; wanted: number };
  /** Why, most specific first. */
  reasons: Reason[];
}

/** The stack, and the time of its last update. */
export interface ExplainContext {
  stack: string;
  namespace: string;
  /** When the last update started, in milliseconds. */
  since: number;
  /** The running update: its user or process. Undefined if none is known. */
  running?: string;
  /** What the last update has seen. Default: nothing. */
  seen?: Seen;
}

/**
 * Returns a finding for each release that is not deployed, is not ready, or failed in an update since `since`. What a running
 * update has not begun yet is not a finding.
 */
export function explain(
  releases: readonly KnownRelease[],
  facts: Facts,
  { stack, namespace, since, running, seen = {} }: ExplainContext,
): Finding[] {
  const events = facts.events.filter((event) => timeOf(event) >= since).sort((a, b) => timeOf(a) - timeOf(b));
  return releases.flatMap((release) => {
    const where: Where = compact({
      stack,
      namespace,
      release: release.name,
      settings: release.kind === "job" ? undefined : (`${release.kind}s` as const),
    });
    const own = ownFacts(facts, release.name);
    const pods = total(own.workloads);
    const what = isNotBegun(release, running)
      ? "its installation failed, and Helm has removed it"
      : troubleOf(release, pods, own.services.some(lacksAddress), running);
    if (what === undefined) return [];
    const conflicts = conflictReasons(release, where);
    const now = [...presentReasons(own, events, where)];
    const past = now.some(({ cause }) => cause !== "starting")
      ? []
      : pastReasons(release, releases, facts, events, where);
    const found = dedupe([...now.filter(({ cause }) => cause !== "starting"), ...past]);
    const reasons = [...conflicts, ...withSeen(found, seen[release.name])];
    if (isNotBegun(release, running) && reasons.length === 0) return [];
    return [
      {
        release: release.name,
        kind: release.kind,
        what,
        pods,
        reasons:
          reasons.length > 0
            ? reasons
            : now.length > 0
              ? now.slice(0, 1)
              : lastReasons(release, where, running),
      },
    ];
  });
}

/** Whether a running update has not installed a release yet; or it has failed, and Helm has removed it. */
const isNotBegun = ({ status, error, isNew }: KnownRelease, running: string | undefined): boolean =>
  running !== undefined && isNew === true && status === undefined && error === undefined;

/** Conflicts with existing objects: as checked now, or else the first one from Helm's error. */
function conflictReasons({ name, blocked = [], error = "" }: KnownRelease, { stack }: Where): Reason[] {
  const reasons = blocked.map(
    ({ where, what, todo }): Reason => ({
      cause: "conflict",
      object: where,
      what,
      todo: [todo],
    }),
  );
  const [, kind, object, namespace] =
    /(\w+) "([^"]+)" in namespace "([^"]*)" exists and cannot be imported/.exec(error) ?? [];
  if (reasons.length > 0 || kind === undefined) return reasons;
  return [
    {
      cause: "conflict",
      object: `${kind} ${object} in namespace ${namespace}`,
      what: `it existed before release ${name}, and Helm does not take over objects without its ownership metadata`,
      todo: [
        `see which objects exist now: npx flotilla diff --stack ${stack}`,
        `to take over objects without a manager: npx flotilla adopt --stack ${stack}`,
      ],
    },
  ];
}

/** What Helm and Pulumi know, if no object gives a reason. */
function lastReasons(
  { name, status, error }: KnownRelease,
  { stack }: Where,
  running: string | undefined,
): Reason[] {
  if (status?.startsWith("pending-") && running !== undefined)
    return [
      {
        cause: "starting",
        object: `Release ${name}`,
        what: `the update by ${running} is working on it; its pods report no problem`,
        todo: ["wait until that update has finished"],
      },
    ];
  if (status?.startsWith("pending-"))
    return [
      {
        cause: "starting",
        object: `Release ${name}`,
        what: "helm is working on it, or was interrupted; its pods report no problem",
        todo: [`if no update is running: npx flotilla recover --stack ${stack}`],
      },
    ];
  if (error === undefined) return [];
  return [
    {
      cause: "starting",
      object: `Release ${name}`,
      what: "its update failed",
      said: [error],
      todo: [],
    },
  ];
}

/** The facts about one release. */
function ownFacts({ pods, workloads, replicaSets, claims, services = [] }: Facts, release: string) {
  const isOwn = ({ metadata }: { metadata: Parameters<typeof releaseOf>[0] }) =>
    releaseOf(metadata) === release;
  return {
    pods: pods.filter(isOwn),
    workloads: workloads.filter(isOwn),
    replicaSets: replicaSets.filter(isOwn),
    claims: claims.filter(isOwn),
    services: services.filter(isOwn),
  };
}

function total(workloads: readonly Workload[]): { ready: number; wanted: number } {
  const all = workloads.map(readiness);
  return {
    ready: all.reduce((sum, { ready }) => sum + ready, 0),
    wanted: all.reduce((sum, { wanted }) => sum + wanted, 0),
  };
}

/** Returns what is wrong with a release as a whole; undefined if it is healthy. */
function troubleOf(
  { status, error, kind, blocked = [] }: KnownRelease,
  { ready, wanted }: { ready: number; wanted: number },
  hasNoAddress: boolean,
  running: string | undefined,
): string | undefined {
  const pods = kind === "job" ? "it is not complete" : `${ready} of ${wanted} pods ready`;
  if (status === undefined)
    return error === undefined ? "it is not in the cluster" : "its installation failed and was cleaned up";
  if (status.startsWith("pending-"))
    return running === undefined
      ? `an operation on it is in progress or was interrupted (${status}); ${pods}`
      : `it is being updated (${status}); ${pods}`;
  if (error !== undefined)
    return ready === wanted
      ? "its last update failed; the previous version keeps running"
      : `its last update failed; ${pods}`;
  if (status === "failed") return `its last operation failed; ${pods}`;
  if (ready < wanted) return pods;
  if (blocked.length > 0) return "its next update is refused";
  return hasNoAddress ? "its load balancer has no address" : undefined;
}

/** The reasons visible in the objects as they are now. */
function presentReasons(
  { pods, workloads, replicaSets, claims, services }: ReturnType<typeof ownFacts>,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason[] {
  const of = (kind: string, { metadata }: Pick<Pod, "metadata">) =>
    events.filter((event) => isAbout(event, { kind, metadata }));
  const failing = claims.flatMap((claim) => reasonsOfClaim(claim, of("PersistentVolumeClaim", claim), where));
  return [
    ...failing,
    ...[...workloads, ...replicaSets]
      .filter((workload) => lacksPods(workload))
      .flatMap((workload) => reasonsOfWorkload(workload, of(workload.kind, workload), where)),
    ...pods
      .filter((pod) => !isReady(pod))
      .flatMap((pod) => reasonsOfPod(pod, of("Pod", pod), where))
      // A claim is a more specific reason than the pod waiting for it.
      .filter(({ cause }) => failing.length === 0 || cause !== "volume"),
    ...services.flatMap((service) => reasonsOfBalancer(service, of("Service", service), where)),
  ];
}

const lacksPods = (workload: Workload): boolean => {
  const { ready, wanted } = readiness(workload);
  return ready < wanted;
};

/**
 * Reasons from events of deleted pods: after a failed update Helm has already rolled back. While Helm is working on the release,
 * only pods of its newest version count: events of older ones explain nothing about the pods that are starting.
 */
function pastReasons(
  { name: release, status }: KnownRelease,
  releases: readonly KnownRelease[],
  { pods, replicaSets, workloads }: Facts,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason[] {
  const names = releases.map(({ name }) => name);
  const owners = [...replicaSets, ...workloads];
  const isPending = status?.startsWith("pending-") ?? false;
  const newest = newestReplicaSet(replicaSets.filter(({ metadata }) => releaseOf(metadata) === release));
  const isOld = (owner: Workload | undefined, kind = "", name = "") =>
    isPending &&
    // A pod that has taken the name of a deleted one shows its own reasons.
    (pods.some(({ metadata }) => kind === "Pod" && metadata.name === name) ||
      (newest !== undefined && owner?.kind === "ReplicaSet" && owner.metadata.name !== newest.metadata.name));
  return events.flatMap((event): Reason[] => {
    const { kind, name = "" } = event.involvedObject;
    const { message } = event;
    if (event.type !== "Warning" || message === undefined) return [];
    if (pods.some(({ metadata }) => isAbout(event, { kind: "Pod", metadata }))) return [];
    const owner = owners.find(({ metadata }) => name === metadata.name || isPodOf(name, metadata.name));
    if ((owner ? releaseOf(owner.metadata) : nearestName(name, names)) !== release) return [];
    if (isOld(owner, kind, name)) return [];
    const isGone = kind === "Pod" || owner === undefined;
    const object = isGone ? `${kind} ${name} (gone)` : `${kind} ${name}`;
    return reasonOfEvent(event, message, object, where, owner).map((reason) =>
      isGone ? { ...reason, gone: true } : reason,
    );
  });
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

/** Keeps the newest of equal reasons: ten pods that lack memory are one reason. */
function dedupe(reasons: readonly Reason[]): Reason[] {
  const kept = new Map<string, Reason>();
  for (const reason of reasons) kept.set(`${reason.cause} ${reason.what}`, reason);
  return [...kept.values()];
}
