/** Explains why releases of a stack are unhealthy: one finding per release. */
import type { Problem } from "../../../src/model/problems";
import { compact } from "../../../src/model/records";
import { TASK_LABEL } from "../../../src/plan/labels";
import type { ReleasePlan } from "../../../src/plan/plan";
import {
  type Facts,
  hasFailedRun,
  isAbout,
  type KubernetesEvent,
  lacksAddress,
  lastRunOf,
  type Pod,
  readiness,
  releaseOf,
  timeOf,
  type Workload,
} from "./facts";
import { eventsOfGone, type GoneEvent, pastReasons, startedReasons } from "./past";
import { isReady, reasonsOfPod } from "./pods";
import type { Reason, Where } from "./reason";
import { type Seen, withSeen } from "./seen";
import { reasonsOfBalancer, reasonsOfClaim, reasonsOfWorkload } from "./workloads";

/** A release according to the state and Helm. */
export interface KnownRelease {
  name: string;
  kind: ReleasePlan["kind"];
  /** The task that it belongs to. Default: none. */
  task?: string;
  /** The services that are only updated after it. Default: none. */
  before?: readonly string[];
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
  /** The services whose images tasks have, by task. Default: none. */
  imageOf?: Readonly<Record<string, string>>;
}

/**
 * Returns a finding for each release that is not deployed, is not ready, or failed in an update since `since`. What a running
 * update has not begun yet is not a finding.
 */
export function explain(
  releases: readonly KnownRelease[],
  facts: Facts,
  { stack, namespace, since, running, seen = {}, imageOf = {} }: ExplainContext,
): Finding[] {
  const events = facts.events.filter((event) => timeOf(event) >= since).sort((a, b) => timeOf(a) - timeOf(b));
  const names = releases.map(({ name }) => name);
  return releases.flatMap((release) => {
    const own = ownFacts(facts, release.name);
    const task = release.task ?? own.pods.flatMap(({ metadata }) => metadata.labels?.[TASK_LABEL] ?? [])[0];
    const where: Where = compact({
      stack,
      namespace,
      release: release.name,
      ...settingsOf(release, task),
      imageOf: task === undefined ? undefined : imageOf[task],
    });
    const pods = total(own.workloads);
    const run = release.kind === "task" ? lastRunOf(facts.workloads, release.name) : undefined;
    const what = isNotBegun(release, running)
      ? "its installation failed, and Helm has removed it"
      : (troubleOf(release, pods, own.services.some(lacksAddress), running) ??
        (run && hasFailedRun(run) ? "its last run failed" : undefined));
    if (what === undefined) return [];
    if (run && what === "its last run failed")
      return [
        { release: release.name, kind: release.kind, what, pods, reasons: runReasons(run, own.pods, where) },
      ];
    const conflicts = conflictReasons(release, where);
    const now = [...presentReasons(own, events, where)];
    const gone = () => eventsOfGone(release.name, names, facts, events);
    const past = now.some(({ cause }) => cause !== "starting")
      ? []
      : pastReasons(release, gone(), facts, where);
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
              : lastReasons(release, gone, where, running),
      },
    ];
  });
}

/** The settings of a release: of its task, if it has one. */
const settingsOf = (
  { name, kind }: KnownRelease,
  task: string | undefined,
): Pick<Where, "settings" | "owner"> =>
  kind === "job" ? {} : { settings: `${kind}s` as const, owner: kind === "task" ? (task ?? name) : name };

/** The reasons why a run of a cron task failed: what its pods say, then the Job itself. */
function runReasons(run: Workload, pods: readonly Pod[], where: Where): Reason[] {
  const own = pods.filter(({ metadata }) =>
    metadata.ownerReferences?.some(({ kind, name }) => kind === "Job" && name === run.metadata.name),
  );
  return dedupe([
    ...own.filter((pod) => !isReady(pod)).flatMap((pod) => reasonsOfPod(pod, [], where)),
    ...reasonsOfWorkload(run, [], where),
  ]);
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

/** What Helm, Pulumi and events without a warning say, if no object gives a reason. */
function lastReasons(
  { name, status, error }: KnownRelease,
  gone: () => readonly GoneEvent[],
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
  const started = startedReasons(gone());
  if (error === undefined) return started;
  const failed: Reason = {
    cause: "starting",
    object: `Release ${name}`,
    what: "its update failed",
    said: [error],
    todo: [],
  };
  return [...started, failed];
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
  { status, error, kind, blocked = [], before = [] }: KnownRelease,
  { ready, wanted }: { ready: number; wanted: number },
  hasNoAddress: boolean,
  running: string | undefined,
): string | undefined {
  const pods =
    kind === "job" || (kind === "task" && wanted > 0)
      ? "it is not complete"
      : `${ready} of ${wanted} pods ready`;
  const kept =
    before.length === 0
      ? ""
      : `; ${before.join(" and ")} ${before.length === 1 ? "was" : "were"} not updated`;
  if (status === undefined)
    return `${error === undefined ? "it is not in the cluster" : "its installation failed and was cleaned up"}${kept}`;
  if (status.startsWith("pending-"))
    return running === undefined
      ? `an operation on it is in progress or was interrupted (${status}); ${pods}`
      : `it is being updated (${status}); ${pods}`;
  if (error !== undefined && kind === "service" && wanted === 0)
    return "its last update failed; the previous version has no pods";
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

/** Keeps the newest of equal reasons: ten pods that lack memory are one reason. */
function dedupe(reasons: readonly Reason[]): Reason[] {
  const kept = new Map<string, Reason>();
  for (const reason of reasons) kept.set(`${reason.cause} ${reason.what}`, reason);
  return [...kept.values()];
}
