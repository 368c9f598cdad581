/** The status of a stack's releases, from its state, Helm's records and the live workloads. */

import { isDeepStrictEqual } from "node:util";
import { own } from "../../src/model/graph";
import { compact } from "../../src/model/records";
import type { PlanOutputs, ReleasePlan, Values } from "../../src/plan/plan";
import type { MicroserviceValues } from "../../src/plan/services/microservice-values";
import { deployedPlace } from "../../src/runtime/state";
import type { LiveRelease } from "../stack/releases";
import { isDeployed, objectsIn } from "./diff/manifests";
import type { Workload } from "./explain/facts";
import { hasFailedRun, lastRunOf, readiness, readyAndNew, releaseOf } from "./explain/facts";
import {
  byUrn,
  deployedOf,
  type ExportedResource,
  hasFailed,
  isShared,
  releasesOf,
  stackOutputs,
} from "./state";

export interface PodNumbers {
  ready: number;
  wanted: number;
  /** How many of the ready ones have the new version. Undefined if no old ones are ready. */
  updated?: number;
}

export interface ReleaseStatus {
  release: string;
  kind: ReleasePlan["kind"] | "stand-in" | "unknown";
  chart: string;
  /** The newest revision in Helm; undefined if Helm has no such release. */
  revision?: number;
  /** Helm's status: deployed, failed, pending-upgrade ... or missing. */
  status: string;
  /** Whether Pulumi's last update of it failed. */
  failed: boolean;
  /** The numbers of ready and wanted pods; for a Job, of succeeded ones. */
  pods: PodNumbers;
  /** The schedule of a cron task. Undefined for other releases. */
  cron?: CronStatus;
  /** `host:port` inside the cluster. */
  endpoint?: string;
  image: string;
  /** When Helm created the revision. */
  updatedAt?: string;
  /** Drift in revisions, images and numbers of pods; `flotilla drift` compares all fields. */
  drift?: string;
}

export interface CronStatus {
  schedule: string;
  timeZone: string;
  suspended: boolean;
  /** Result of the newest ended run. Undefined if none is left. */
  lastRun?: "succeeded" | "failed";
}

interface StackOutputs extends PlanOutputs {
  application: string;
  environment: string;
  namespace: string;
}

/** The stack's outputs of its last update; undefined before the first. */
export const outputsOf = (resources: readonly ExportedResource[]): StackOutputs | undefined => {
  const outputs = stackOutputs(resources);
  return outputs?.namespace === undefined ? undefined : (outputs as unknown as StackOutputs);
};

/** The namespace that the stack is deployed in, even if no update has got as far as its outputs. */
export const namespaceIn = (resources: readonly ExportedResource[]): string | undefined =>
  deployedPlace(byUrn(resources))?.namespace ?? outputsOf(resources)?.namespace;

/** Kinds of releases by name. */
type Kinds = Readonly<Record<string, ReleasePlan["kind"]>>;

/**
 * Stores first, then Jobs, tasks and services; last the releases in the namespace that the state does not have. Those are left out if
 * the namespace is shared: they belong to others. `unrecorded`: releases of the plan, while an update that has not recorded them
 * yet is running or was interrupted.
 */
export function releaseStatuses(
  resources: readonly ExportedResource[],
  live: Readonly<Record<string, LiveRelease>>,
  workloads: readonly Workload[],
  unrecorded: Kinds = {},
): ReleaseStatus[] {
  const outputs = outputsOf(resources);
  const deployed = deployedOf(resources);
  const states = releasesOf(resources);
  const order = ["store", "job", "task", "service"];
  const known = Object.keys(deployed).sort(
    (a, b) =>
      order.indexOf(deployed[a]?.kind ?? "") - order.indexOf(deployed[b]?.kind ?? "") || a.localeCompare(b),
  );
  const isOthers = known.length > 0 && isShared(resources);
  const unknown = Object.keys(live)
    .filter((name) => !(name in deployed) && !isOthers)
    .sort();
  return [...known, ...unknown].map((name) => {
    const kind = deployed[name]?.kind ?? own(unrecorded, name) ?? "unknown";
    const workloadsOf = workloads.filter(({ metadata }) => releaseOf(metadata) === name);
    const { newest } = live[name] ?? {};
    const store = outputs?.stores[name];
    const service = outputs?.services[name];
    const endpoint = store ? `${store.host}:${store.port}` : service?.url?.replace(/^\w+:\/\//, "");
    const drift =
      name in deployed || kind === "unknown" ? driftOf(states.get(name), live[name], workloadsOf) : undefined;
    return compact({
      release: name,
      kind: service?.standIn ? "stand-in" : kind,
      chart: newest ? `${newest.chart.name}-${newest.chart.version}` : "-",
      revision: newest?.revision,
      status: newest?.status ?? "missing",
      failed: hasFailed(states.get(name) ?? {}),
      pods: podNumbers(workloadsOf),
      cron: cronOf(name, deployed[name]?.values, workloads),
      endpoint,
      image: workloadsOf[0]?.spec?.template?.spec?.containers?.[0]?.image ?? "-",
      updatedAt: newest?.deployedAt,
      drift,
    });
  });
}

function podNumbers(workloads: readonly Workload[]): PodNumbers {
  const pods = workloads.map((workload) => ({ ...readiness(workload), updated: readyAndNew(workload) }));
  const sum = (key: "ready" | "wanted" | "updated") => pods.reduce((total, part) => total + part[key], 0);
  const [ready, updated] = [sum("ready"), sum("updated")];
  return compact({ ready, wanted: sum("wanted"), updated: updated < ready ? updated : undefined });
}

/** Returns the schedule of a cron task from the values of its release. */
function cronOf(
  name: string,
  values: Values | undefined,
  workloads: readonly Workload[],
): CronStatus | undefined {
  const { workload, cronJob = {} } = (values ?? {}) as unknown as Partial<MicroserviceValues>;
  if (workload !== "CronJob") return undefined;
  const last = lastRunOf(workloads, name);
  const { schedule = "", timeZone = "Etc/UTC", suspend = false } = cronJob;
  return compact({
    schedule,
    timeZone,
    suspended: suspend,
    lastRun: last && (hasFailedRun(last) ? ("failed" as const) : ("succeeded" as const)),
  });
}

/** Whether a release is deployed, all its pods are ready, and the last run of a cron task has not failed. */
export const isWell = ({ status, failed, pods, cron }: ReleaseStatus): boolean =>
  status === "deployed" && !failed && pods.ready >= pods.wanted && cron?.lastRun !== "failed";

/** The drift of a release in a few words. */
function driftOf(
  state: ExportedResource | undefined,
  live: LiveRelease | undefined,
  workloads: readonly Workload[],
): string | undefined {
  if (!state) return "not in the state";
  if (!live) return "uninstalled";
  if (live.newest.status.startsWith("pending-")) return undefined;
  if (isChangedByHand(state, live)) return "changed with helm";
  const objects = objectsIn(live.deployed?.manifest ?? "").filter(isDeployed);
  const isScaled = objects.some(({ kind }) => /^(HorizontalPodAutoscaler|ScaledObject)$/.test(kind ?? ""));
  const wanted = objects.filter(({ kind }) => /^(Deployment|StatefulSet|DaemonSet)$/.test(kind ?? ""));
  const found = wanted.flatMap((object) => {
    const workload = workloads.find(
      ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata?.name,
    );
    if (!workload) return [`${object.kind} deleted`];
    const images = (containers: readonly { image?: string }[] = []) =>
      containers.map(({ image }) => image).join();
    return [
      ...(images(object.spec?.template?.spec?.containers) ===
      images(workload.spec?.template?.spec?.containers)
        ? []
        : ["image"]),
      ...(isScaled || object.spec?.replicas === undefined || object.spec.replicas === workload.spec?.replicas
        ? []
        : ["pods"]),
    ];
  });
  return found.length === 0 ? undefined : [...new Set(found)].join(", ");
}

/**
 * Whether helm has created a revision that Pulumi does not know, or one with different values: after `pulumi refresh` the state
 * has its number. A failed update of Pulumi also leaves such revisions, and does not count.
 */
export function isChangedByHand(state: ExportedResource, { newest }: Pick<LiveRelease, "newest">): boolean {
  if (hasFailed(state)) return false;
  const known = (state.outputs?.status as { revision?: number } | undefined)?.revision;
  const isOther = known !== undefined && known !== newest.revision;
  return isOther || !isDeepStrictEqual(state.inputs?.values ?? {}, newest.values);
}
