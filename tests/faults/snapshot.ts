/** A comparable snapshot of a stack: in the cluster, in Helm's records and in Pulumi's state. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { revealed } from "../../cli/core/revealed";
import { type ExportedState, hasFailed } from "../../cli/core/state";
import { connect } from "../../cli/stack/kubectl";
import { readReleases } from "../../cli/stack/releases";
import { get, type Stack, testWorld } from "../e2e/world";

/** Kinds that a release or the program creates. Pods and replica sets are created from these. */
const KINDS = [
  "deployments,statefulsets,daemonsets,jobs,cronjobs,services,ingresses,configmaps,secrets,serviceaccounts,networkpolicies",
  "poddisruptionbudgets,horizontalpodautoscalers,roles,rolebindings,resourcequotas,limitranges,persistentvolumeclaims",
].join(",");

interface LiveObject {
  kind: string;
  type?: string;
  metadata: {
    name: string;
    uid: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    deletionTimestamp?: string;
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
}

export interface Snapshot {
  /** Helm's record of the newest revision, per release. */
  releases: Record<string, { status: string; chart: string; digest: string }>;
  /** A digest of the desired state, per object; also of Secrets, whose values are shown nowhere. */
  objects: Record<string, string>;
  /** Identity of each volume claim. */
  volumes: Record<string, string>;
  /** The resources of the state, each with a digest of its inputs, without encrypted ones. */
  state: Record<string, string>;
  /** Pending operations in the state, and what the last update left undone. */
  pending: string[];
}

/** Takes a snapshot without waiting. */
export async function snapshotOf(stack: Stack, namespace: string): Promise<Snapshot> {
  const [live, { items }, exported] = await Promise.all([
    liveReleases(namespace),
    get<{ items: LiveObject[] }>(KINDS, "-n", namespace),
    stack.export(),
  ]);
  const state = JSON.parse(exported) as ExportedState;
  const resources = state.deployment?.resources ?? [];
  const own = items.filter(
    ({ type, metadata }) => type !== "helm.sh/release.v1" && !isOfCluster(metadata.name),
  );
  return {
    releases: live,
    objects: Object.fromEntries(
      own.map((object) => [`${object.kind}/${object.metadata.name}`, digestOf(askedFor(object))]),
    ),
    volumes: Object.fromEntries(
      own
        .filter(({ kind }) => kind === "PersistentVolumeClaim")
        .map(({ metadata, spec }) => [metadata.name, `${metadata.uid} ${String(spec?.volumeName)}`]),
    ),
    state: Object.fromEntries(resources.map(({ urn, inputs }) => [urn, digestOf(revealed(inputs ?? {}))])),
    pending: [
      ...(state.deployment?.pending_operations ?? []).map(({ type, resource }) => `${type} ${resource.urn}`),
      ...resources.filter(hasFailed).map(({ urn }) => `failed ${urn}`),
    ],
  };
}

async function liveReleases(namespace: string): Promise<Snapshot["releases"]> {
  const kubectl = await connect({ cluster: { kubeconfig: testWorld.kubeconfig } });
  return Object.fromEntries(
    Object.entries(await readReleases(kubectl, namespace)).map(([name, { newest }]) => [
      name,
      {
        status: newest.status,
        chart: `${newest.chart.name} ${newest.chart.version}`,
        digest: digestOf([newest.values, newest.manifest]),
      },
    ]),
  );
}

/** Asserts that nothing is pending or undone, in the state and in Helm's records. */
export function assertDone({ pending, releases }: Snapshot, where: string): void {
  assert.deepEqual(pending, [], where);
  for (const [name, { status }] of Object.entries(releases))
    assert.equal(status, "deployed", `${where}: ${name}`);
}

export interface PodOf {
  uid: string;
  node: string;
}

/** Returns the pods of each release, without those of Jobs, which have completed. */
export async function podsOf(namespace: string): Promise<Record<string, PodOf[]>> {
  const found: Record<string, PodOf[]> = {};
  for (const pod of await livePods(namespace)) {
    const release = pod.metadata.labels?.["app.kubernetes.io/instance"] ?? pod.metadata.name;
    found[release] = [...(found[release] ?? []), { uid: pod.metadata.uid, node: String(pod.spec?.nodeName) }];
  }
  return found;
}

/** Whether every pod is ready, and none is terminating. */
export async function isSettled(namespace: string): Promise<boolean> {
  const { items } = await get<{ items: LiveObject[] }>("deployments,statefulsets", "-n", namespace);
  const pods = await livePods(namespace);
  const wanted = items.reduce((sum, { spec }) => sum + Number(spec?.replicas ?? 1), 0);
  return (
    pods.length === wanted &&
    items.every(({ status, spec }) => Number(status?.readyReplicas ?? 0) === Number(spec?.replicas ?? 1)) &&
    pods.every(({ metadata }) => metadata.deletionTimestamp === undefined)
  );
}

async function livePods(namespace: string): Promise<LiveObject[]> {
  const { items } = await get<{ items: LiveObject[] }>("pods", "-n", namespace);
  return items.filter(({ status }) => status?.phase !== "Succeeded");
}

/** Returns the desired state of an object, without what the cluster added and its identity. */
function askedFor({ kind, metadata, spec, status: _status, ...rest }: LiveObject): object {
  const { clusterIP: _, clusterIPs: __, ...asked } = spec ?? {};
  const { "deployment.kubernetes.io/revision": ___, ...annotations } = metadata.annotations ?? {};
  // Claim bindings and a Job's own labels are assigned by the cluster.
  const isMade = kind === "Job" || kind === "PersistentVolumeClaim";
  return {
    ...rest,
    spec: isMade ? {} : asked,
    labels: isMade ? {} : metadata.labels,
    annotations: isMade ? {} : annotations,
  };
}

const isOfCluster = (name: string): boolean => name === "kube-root-ca.crt" || name === "default";

/** Returns twelve hex digits of a digest: enough to tell two values apart without revealing them. */
const digestOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value, sorted)).digest("hex").slice(0, 12);

const sorted = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
