/** Reads everything that is deleted with a namespace: its releases, workloads, volume claims and their volumes. */
import { compact } from "../../src/model/records";
import type { Metadata, Workload } from "../core/explain/facts";
import { ToolError } from "../tools/failure";
import { WORKLOADS } from "./facts";
import { findObject, type Kubectl, type ObjectList } from "./kubectl";
import { type LiveRelease, lastSuperseded, readReleases } from "./releases";

/** An object of a namespace, without its content. */
export interface HeldObject {
  kind: string;
  metadata: Metadata & { uid?: string; annotations?: Record<string, string> };
}

export interface HeldClaim extends HeldObject {
  spec?: { volumeName?: string; resources?: { requests?: { storage?: string } } };
  status?: { capacity?: { storage?: string } };
}

export interface Volume {
  metadata: { name: string };
  spec?: { persistentVolumeReclaimPolicy?: string };
}

export interface Holdings {
  namespace: string;
  /** The UID of the namespace; undefined if it does not exist. */
  uid?: string;
  /** Helm's releases, except those with nothing but superseded revisions. */
  live: Record<string, LiveRelease>;
  /** The expected releases that Helm has no record of. */
  missing: string[];
  workloads: Workload[];
  /** Workloads, Services, Ingresses, ConfigMaps and Secrets. */
  objects: HeldObject[];
  claims: HeldClaim[];
  /** The volumes of the claims; undefined if this user may not read volumes. */
  volumes?: Volume[];
}

const KINDS =
  "deployments,statefulsets,daemonsets,cronjobs,jobs,pods,services,ingresses,configmaps,persistentvolumeclaims";

/** Reads the contents of a namespace. `expected`: the releases that the state has in it. */
export async function readHoldings(
  kubectl: Kubectl,
  namespace: string,
  expected: readonly string[],
): Promise<Holdings> {
  const found = await findObject<HeldObject>(kubectl, "namespace", namespace);
  if (!found)
    return {
      namespace,
      live: {},
      missing: [...expected],
      workloads: [],
      objects: [],
      claims: [],
      volumes: [],
    };
  const { metadata } = found;
  const [live, { items }, secrets] = await Promise.all([
    readReleases(kubectl, namespace),
    kubectl.json<ObjectList<HeldObject>>(["get", KINDS, "-n", namespace]),
    // Without Helm's records, which are large and were already read.
    kubectl.json<ObjectList<HeldObject>>([
      "get",
      "secrets",
      "-n",
      namespace,
      "--field-selector=type!=helm.sh/release.v1",
    ]),
  ]);
  const claims = items.filter(({ kind }) => kind === "PersistentVolumeClaim") as HeldClaim[];
  const volumes = await readVolumes(
    kubectl,
    claims.flatMap(({ spec }) => spec?.volumeName ?? []),
  );
  return compact({
    namespace,
    uid: metadata.uid,
    live,
    missing: await withoutRecord(kubectl, namespace, live, expected),
    workloads: items.filter(({ kind }) => WORKLOADS.includes(kind)) as Workload[],
    objects: [...items.filter(({ kind }) => kind !== "PersistentVolumeClaim"), ...secrets.items].map(
      ({ kind, metadata }) => ({ kind, metadata }),
    ),
    claims,
    volumes,
  });
}

/** The releases without any record: Helm still has a release if only its newest revision was deleted by hand. */
async function withoutRecord(
  kubectl: Kubectl,
  namespace: string,
  live: Readonly<Record<string, LiveRelease>>,
  expected: readonly string[],
): Promise<string[]> {
  const unseen = expected.filter((name) => !Object.hasOwn(live, name));
  const replaced = await Promise.all(unseen.map((name) => lastSuperseded(kubectl, namespace, name)));
  return unseen.filter((_, index) => replaced[index] === undefined);
}

/** Reads volumes by name. They are cluster-scoped, so that users with all rights in a namespace may not be able to read them. */
async function readVolumes(kubectl: Kubectl, names: readonly string[]): Promise<Volume[] | undefined> {
  if (names.length === 0) return [];
  try {
    const answer = await findObject<Volume | ObjectList<Volume>>(kubectl, "persistentvolumes", ...names);
    if (!answer) return [];
    // For a single name, kubectl returns the object itself.
    return "items" in answer ? answer.items : [answer];
  } catch (error) {
    if (error instanceof ToolError && /forbidden/i.test(error.message)) return undefined;
    throw error;
  }
}
