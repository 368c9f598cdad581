/** Helm's release records, read directly from their Secrets, without the helm CLI. */
import { gunzipSync } from "node:zlib";
import { compact } from "../../src/model/records";
import type { Values } from "../../src/plan/plan";
import type { Kubectl, ObjectList } from "./kubectl";

/** A revision of a release as Helm recorded it (helm.sh/helm/v3/pkg/release). */
export interface HelmRevision {
  name: string;
  namespace: string;
  revision: number;
  /** deployed, failed, pending-install, pending-upgrade, pending-rollback, uninstalling ... */
  status: string;
  description: string;
  /** When it was created, in Helm's format. */
  deployedAt: string;
  chart: { name: string; version: string };
  values: Values;
  manifest: string;
}

export interface LiveRelease {
  /** The newest revision. */
  newest: HelmRevision;
  /** The deployed revision, which an upgrade starts from. Undefined until one has succeeded. */
  deployed?: HelmRevision;
  /** The number of the oldest recorded revision. Helm prunes the oldest first. */
  oldest: number;
}

interface Stored {
  name: string;
  namespace: string;
  version: number;
  info?: { status?: string; description?: string; last_deployed?: string };
  chart?: { metadata?: { name?: string; version?: string } };
  config?: Values;
  manifest?: string;
}

/** Returns the releases of a namespace by name, without superseded revisions. */
export async function readReleases(
  kubectl: Kubectl,
  namespace: string,
): Promise<Record<string, LiveRelease>> {
  const selector = encodeURIComponent("owner=helm,status!=superseded");
  // Raw, because kubectl would parse and format megabytes of records.
  const path = `/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`;
  const { items } = await kubectl.raw<ObjectList<{ data?: { release?: string } }>>(path);
  return newestOf(items.flatMap(({ data }) => (data?.release ? [decode(data.release)] : [])));
}

/** Returns the number of the newest superseded revision. */
export async function lastSuperseded(
  kubectl: Kubectl,
  namespace: string,
  name: string,
): Promise<number | undefined> {
  const { items } = await kubectl.json<ObjectList<{ metadata: { labels?: { version?: string } } }>>([
    "get",
    "secrets",
    "-n",
    namespace,
    `--selector=owner=helm,name=${name},status=superseded`,
  ]);
  const revisions = items.map(({ metadata }) => Number(metadata.labels?.version));
  return revisions.length === 0 ? undefined : Math.max(...revisions);
}

/** Groups revisions by release: the newest, the deployed one, and the number of the oldest. */
export function newestOf(revisions: readonly HelmRevision[]): Record<string, LiveRelease> {
  const found: Record<string, LiveRelease> = {};
  for (const revision of [...revisions].sort((a, b) => a.revision - b.revision)) {
    const deployed = revision.status === "deployed" ? revision : found[revision.name]?.deployed;
    const oldest = found[revision.name]?.oldest ?? revision.revision;
    found[revision.name] = compact({ newest: revision, deployed, oldest });
  }
  return found;
}

/** Decodes a record in a Secret: gzipped JSON, base64-encoded by Helm and again by Kubernetes. */
export function decode(data: string): HelmRevision {
  const zipped = Buffer.from(Buffer.from(data, "base64").toString("utf8"), "base64");
  // Early Helm versions did not compress.
  const isZipped = zipped[0] === 0x1f && zipped[1] === 0x8b;
  const stored = JSON.parse((isZipped ? gunzipSync(zipped) : zipped).toString("utf8")) as Stored;
  const { name, namespace, version, info, chart, config, manifest } = stored;
  return {
    name,
    namespace,
    revision: version,
    status: info?.status ?? "unknown",
    description: info?.description ?? "",
    deployedAt: info?.last_deployed ?? "",
    chart: { name: chart?.metadata?.name ?? "", version: chart?.metadata?.version ?? "" },
    values: config ?? {},
    manifest: manifest ?? "",
  };
}
