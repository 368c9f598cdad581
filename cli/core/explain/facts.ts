/** The Kubernetes objects of a namespace that can explain why something is not ready; any field may be missing. */

export interface Metadata {
  name: string;
  uid?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  ownerReferences?: { kind: string; name: string }[];
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface Container {
  name: string;
  image?: string;
  env?: { name: string; value?: string }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  /** Of an init container: it is a sidecar, which runs as long as the pod. */
  restartPolicy?: "Always";
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface ContainerState {
  running?: { startedAt?: string };
  waiting?: { reason?: string; message?: string };
  terminated?: { exitCode?: number; reason?: string; message?: string; signal?: number };
}

export interface Pod {
  metadata: Metadata;
  spec?: {
    nodeName?: string;
    containers?: Container[];
    initContainers?: Container[];
  };
  status?: {
    phase?: string;
    reason?: string;
    message?: string;
    conditions?: Condition[];
    containerStatuses?: ContainerStatus[];
    initContainerStatuses?: ContainerStatus[];
  };
}

export interface Workload {
  kind: string;
  metadata: Metadata & { generation?: number };
  spec?: {
    replicas?: number;
    completions?: number;
    template?: { spec?: Pod["spec"] };
    volumeClaimTemplates?: { metadata: { name: string } }[];
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    numberReady?: number;
    desiredNumberScheduled?: number;
    succeeded?: number;
    conditions?: Condition[];
  };
}

export interface Claim {
  metadata: Metadata;
  spec?: { storageClassName?: string };
  status?: { phase?: string };
}

/** The parts of a Service that concern its load balancer. */
export interface Balanced {
  metadata: Metadata;
  spec?: { type?: string };
  status?: { loadBalancer?: { ingress?: unknown[] } };
}

export interface KubernetesEvent {
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
  series?: { count?: number };
  involvedObject: { kind?: string; name?: string; uid?: string; fieldPath?: string };
  lastTimestamp?: string | null;
  eventTime?: string | null;
  metadata?: { creationTimestamp?: string };
}

export interface Facts {
  pods: Pod[];
  /** Deployments, StatefulSets, DaemonSets, Jobs. */
  workloads: Workload[];
  replicaSets: Workload[];
  claims: Claim[];
  /** Services. Default: not read. */
  services?: Balanced[];
  events: KubernetesEvent[];
}

/** The label that names the release of an object. */
export const INSTANCE = "app.kubernetes.io/instance";

export const releaseOf = ({ labels }: Metadata): string | undefined => labels?.[INSTANCE];

/** When an event last occurred, in milliseconds. */
export const timeOf = ({ lastTimestamp, eventTime, metadata }: KubernetesEvent): number =>
  Date.parse(lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? "") || 0;

/** The numbers of ready and wanted pods; for a Job, of succeeded ones. */
export function readiness({ kind, spec, status }: Workload): { ready: number; wanted: number } {
  if (kind === "Job") return { ready: status?.succeeded ?? 0, wanted: spec?.completions ?? 1 };
  if (kind === "DaemonSet")
    return { ready: status?.numberReady ?? 0, wanted: status?.desiredNumberScheduled ?? 0 };
  const wanted = spec?.replicas ?? 1;
  // For a few seconds after an update, the old pods count as ready too.
  return { ready: Math.min(wanted, status?.readyReplicas ?? 0), wanted };
}

/** Returns the newest ended Job that a CronJob has started. */
export function lastRunOf(workloads: readonly Workload[], cronJob: string): Workload | undefined {
  const startedAt = ({ metadata }: Workload): string => metadata.creationTimestamp ?? "";
  return workloads
    .filter(
      ({ kind, metadata, status }) =>
        kind === "Job" &&
        metadata.ownerReferences?.some((owner) => owner.kind === "CronJob" && owner.name === cronJob) &&
        status?.conditions?.some(({ type, status }) => /^(Complete|Failed)$/.test(type) && status === "True"),
    )
    .sort((a, b) => startedAt(b).localeCompare(startedAt(a)))[0];
}

/** Whether an ended Job has failed. */
export const hasFailedRun = ({ status }: Workload): boolean =>
  status?.conditions?.some(({ type, status }) => type === "Failed" && status === "True") ?? false;

/** Whether a Service is waiting for the address of its load balancer. Helm waits for it too. */
export const lacksAddress = ({ spec, status }: Balanced): boolean =>
  spec?.type === "LoadBalancer" && (status?.loadBalancer?.ingress ?? []).length === 0;

/** The number of ready pods of the new version: the ready pods that cannot be old ones. */
export function readyAndNew(workload: Workload): number {
  const { metadata, status = {} } = workload;
  const { replicas, updatedReplicas, observedGeneration, readyReplicas = 0 } = status;
  // The controller has not seen the new version yet.
  if (observedGeneration !== undefined && observedGeneration < (metadata.generation ?? 0)) return 0;
  if (replicas === undefined || updatedReplicas === undefined) return readiness(workload).ready;
  return Math.max(0, Math.min(updatedReplicas, readyReplicas - (replicas - updatedReplicas)));
}

/** Whether an event is about this object. Another object may have had its name before, as pods of a StatefulSet do. */
export const isAbout = (
  { involvedObject }: KubernetesEvent,
  { kind, metadata }: { kind: string; metadata: Metadata },
): boolean =>
  involvedObject.kind === kind &&
  involvedObject.name === metadata.name &&
  (involvedObject.uid === undefined || metadata.uid === undefined || involvedObject.uid === metadata.uid);

/** The ReplicaSet with a Deployment's newest template; undefined if its revision is unknown. */
export function newestReplicaSet(replicaSets: readonly Workload[]): Workload | undefined {
  const revision = ({ metadata }: Workload): number =>
    Number(metadata.annotations?.["deployment.kubernetes.io/revision"] ?? 0);
  const newest = [...replicaSets].sort((a, b) => revision(b) - revision(a))[0];
  return newest && revision(newest) > 0 ? newest : undefined;
}
