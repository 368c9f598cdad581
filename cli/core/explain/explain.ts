/** Why a stack's releases are not what they should be: one finding for each of them. */
import type { Problem } from "../../../src/model/problems";
import { compact } from "../../../src/model/records";
import {
  type Facts,
  type KubernetesEvent,
  lacksAddress,
  type Pod,
  readiness,
  releaseOf,
  timeOf,
  type Workload,
} from "./facts";
import { imageReason, isReady, reasonsOfPod, schedulingReason } from "./pods";
import type { Reason, Where } from "./reason";
import { creationReason, reasonsOfBalancer, reasonsOfClaim, reasonsOfWorkload } from "./workloads";

/** A release as state and Helm know it. */
export interface KnownRelease {
  name: string;
  kind: "store" | "service" | "job";
  /** Helm's word for its newest revision; none where Helm has no such release. */
  status?: string;
  /** The error that the last update ended with, in Pulumi's words. */
  error?: string;
  /** Objects that it would create but that exist already and belong to others. Default: none, or not checked. */
  blocked?: readonly Problem[];
}

export interface Finding {
  release: string;
  kind: KnownRelease["kind"];
  /** What is wrong with it as a whole. */
  what: string;
  pods: { ready: number; wanted: number };
  /** Why, the most telling first. */
  reasons: Reason[];
}

/** The stack, and the time of its last update. */
export interface ExplainContext {
  stack: string;
  namespace: string;
  /** When the last update began, in milliseconds. */
  since: number;
  /** Who is updating the stack right now. Default: no one, or not known. */
  running?: string;
}

/** Releases that are not deployed or not ready, or that were not when they were updated since `since` (milliseconds). */
export function explain(
  releases: readonly KnownRelease[],
  facts: Facts,
  { stack, namespace, since, running }: ExplainContext,
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
    const what = troubleOf(release, pods, own.services.some(lacksAddress), running);
    if (what === undefined) return [];
    const conflicts = conflictReasons(release, where);
    const now = [...presentReasons(own, events, where)];
    const past = now.some(({ cause }) => cause !== "starting")
      ? []
      : pastReasons(release.name, releases, facts, events, where);
    const reasons = [...conflicts, ...dedupe([...now.filter(({ cause }) => cause !== "starting"), ...past])];
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

/** Objects that exist already, as they are now, or else as Helm's error names the first of them. */
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
      what: `it existed before release ${name}, and Helm does not take what is not marked as its own`,
      todo: [
        `see what exists now: npx flotilla diff --stack ${stack}`,
        `to take over objects without a manager: npx flotilla adopt --stack ${stack}`,
      ],
    },
  ];
}

/** When no object says anything: what Helm and Pulumi know. */
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
        what: `the update by ${running} is at work on it; its pods have nothing to complain of`,
        todo: ["wait until that update has ended"],
      },
    ];
  if (status?.startsWith("pending-"))
    return [
      {
        cause: "starting",
        object: `Release ${name}`,
        what: "helm is at work on it, or was ended before it was done; its pods have nothing to complain of",
        todo: [`if no update is running: npx flotilla recover --stack ${stack}`],
      },
    ];
  if (error === undefined) return [];
  return [
    {
      cause: "starting",
      object: `Release ${name}`,
      what: "its update ended with an error",
      said: [error],
      todo: [],
    },
  ];
}

/** What belongs to a release. */
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

/** Undefined when nothing is wrong with it. */
function troubleOf(
  { status, error, kind, blocked = [] }: KnownRelease,
  { ready, wanted }: { ready: number; wanted: number },
  hasNoAddress: boolean,
  running: string | undefined,
): string | undefined {
  const pods = kind === "job" ? "it is not done" : `${ready} of ${wanted} pods ready`;
  if (status === undefined)
    return error === undefined
      ? "it is not in the cluster"
      : "it could not be installed, and what had been made of it was taken away again";
  if (status.startsWith("pending-"))
    return running === undefined
      ? `an operation on it is under way, or was interrupted (${status}); ${pods}`
      : `it is being updated (${status}); ${pods}`;
  if (error !== undefined)
    return ready === wanted
      ? "the last update of it failed; the version before it runs on"
      : `the last update of it failed; ${pods}`;
  if (status === "failed") return `its last operation failed; ${pods}`;
  if (ready < wanted) return pods;
  if (blocked.length > 0) return "its next update is refused";
  return hasNoAddress ? "its load balancer has no address" : undefined;
}

/** What is to be seen now. */
function presentReasons(
  { pods, workloads, replicaSets, claims, services }: ReturnType<typeof ownFacts>,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason[] {
  const of = (kind: string, name: string) =>
    events.filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name);
  const failing = claims.flatMap((claim) =>
    reasonsOfClaim(claim, of("PersistentVolumeClaim", claim.metadata.name), where),
  );
  return [
    ...failing,
    ...[...workloads, ...replicaSets]
      .filter((workload) => lacksPods(workload))
      .flatMap((workload) => reasonsOfWorkload(workload, of(workload.kind, workload.metadata.name), where)),
    ...pods
      .filter((pod) => !isReady(pod))
      .flatMap((pod) => reasonsOfPod(pod, of("Pod", pod.metadata.name), where))
      // A claim says more than the pod that waits for it.
      .filter(({ cause }) => failing.length === 0 || cause !== "volume"),
    ...services.flatMap((service) => reasonsOfBalancer(service, of("Service", service.metadata.name), where)),
  ];
}

const lacksPods = (workload: Workload): boolean => {
  const { ready, wanted } = readiness(workload);
  return ready < wanted;
};

/** What events still tell of pods that are gone: after a failed update Helm has put the old version back. */
function pastReasons(
  release: string,
  releases: readonly KnownRelease[],
  { pods, replicaSets, workloads }: Facts,
  events: readonly KubernetesEvent[],
  where: Where,
): Reason[] {
  const names = releases.map(({ name }) => name);
  const owners = [...replicaSets, ...workloads];
  const alive = new Set(pods.map(({ metadata }) => metadata.name));
  return events.flatMap((event) => {
    const { kind, name = "" } = event.involvedObject;
    const { message } = event;
    if (event.type !== "Warning" || message === undefined) return [];
    if (kind === "Pod" && alive.has(name)) return [];
    const owner = owners.find(({ metadata }) => name === metadata.name || isPodOf(name, metadata.name));
    if ((owner ? releaseOf(owner.metadata) : nearestName(name, names)) !== release) return [];
    const object = `${kind} ${name}`;
    // The pod is gone, but what it was made from may still be there.
    const pod: Pod | undefined = owner?.spec?.template?.spec && {
      metadata: { name },
      spec: owner.spec.template.spec,
    };
    if (event.reason === "FailedScheduling") return [schedulingReason(object, message, where, pod)];
    if (event.reason === "FailedCreate") return [creationReason(object, message, where)];
    if (/Failed to pull image "([^"]+)"/.test(message)) {
      const image = /Failed to pull image "([^"]+)"/.exec(message)?.[1];
      return [imageReason(object, compact({ name: "", image }), message, where)];
    }
    if (event.reason === "BackOff")
      return [
        {
          cause: "crash",
          object,
          what: "a container of it ended again and again",
          said: [message],
          todo: [],
        },
      ];
    if (event.reason === "Unhealthy")
      return [{ cause: "probe", object, what: "a probe of it failed", said: [message], todo: [] }];
    if (/Mount|Attach/.test(event.reason ?? ""))
      return [
        { cause: "volume", object, what: "a volume of it could not be mounted", said: [message], todo: [] },
      ];
    return [];
  });
}

/** The release whose name an object's begins with; the longest: `cart` must not get what is cart-worker's. */
const nearestName = (name: string, releases: readonly string[]): string | undefined =>
  [...releases]
    .sort((a, b) => b.length - a.length)
    .find((release) => name === release || name.startsWith(`${release}-`));

/** `<owner>-<five letters>` of a ReplicaSet or Job, `<owner>-<number>` of a StatefulSet. */
const isPodOf = (name: string, owner: string): boolean =>
  name.startsWith(`${owner}-`) && /^([a-z0-9]{5}|\d+)$/.test(name.slice(owner.length + 1));

/** One of each kind that says the same, the newest: ten pods that lack memory are one reason. */
function dedupe(reasons: readonly Reason[]): Reason[] {
  const kept = new Map<string, Reason>();
  for (const reason of reasons) kept.set(`${reason.cause} ${reason.what}`, reason);
  return [...kept.values()];
}
