/** Reads the identity of the cluster that the settings select, and compares it with the state. */
import { readFileSync } from "node:fs";
import { PREFIX } from "../config/prefix";
import type { Settings } from "../config/schema";
import type { ClusterIdentity } from "../model/cluster";
import { FlotillaError, type Problem } from "../model/problems";
import { compact } from "../model/records";
import type { Ask } from "./ask-cluster";
import { caDigest, foreignCluster, identityText, isSameCluster, isUnsure } from "./identity";
import type { ClusterTarget } from "./kubeconfig";
import type { DeployedNamespace } from "./state";

/** The facts in a state about the stack's cluster. */
export interface KnownCluster {
  /** Identity that the last update recorded. */
  recorded?: ClusterIdentity;
  /** The namespace in the state. */
  namespace?: DeployedNamespace;
  /** Whether the state has objects in a cluster. */
  isDeployed: boolean;
}

interface NamespaceObject {
  metadata: { uid?: string; annotations?: Record<string, string>; deletionTimestamp?: string };
}

/** A namespace in the cluster. */
export interface LiveNamespace {
  uid?: string;
  annotations: Record<string, string>;
  /** Whether it is being deleted. */
  isGoing: boolean;
}

/** Reads a namespace. Undefined if it does not exist or cannot be read. */
export async function readNamespace(ask: Ask, name: string): Promise<LiveNamespace | undefined> {
  const answer = await ask(`/api/v1/namespaces/${encodeURIComponent(name)}`);
  if (!("object" in answer)) return undefined;
  const { uid, annotations = {}, deletionTimestamp } = (answer.object as NamespaceObject).metadata;
  return compact({ uid, annotations, isGoing: deletionTimestamp !== undefined });
}

/** Reads the identity of a cluster, in one request. @throws FlotillaError if the API server does not answer. */
export async function readIdentity(
  ask: Ask,
  target: ClusterTarget | undefined,
): Promise<{ identity: ClusterIdentity; unread?: string }> {
  const answer = await ask("/api/v1/namespaces/kube-system").catch((error: Error) => {
    throw new FlotillaError([unanswered(error, target)]);
  });
  // Every API server has namespaces. A wrong path only shows here: the CA is still right, and every object would be missing.
  if ("missing" in answer && answer.unserved)
    throw new FlotillaError([unanswered(new Error("there is no Kubernetes API at this address"), target)]);
  const ca = target && authorityOf(target);
  const named = compact({
    name: target?.name ?? "in-cluster",
    server: target?.server.href ?? "https://kubernetes.default.svc",
    ca: ca === undefined ? undefined : caDigest(ca),
  });
  if ("object" in answer) {
    const { uid } = (answer.object as NamespaceObject).metadata;
    if (uid !== undefined) return { identity: { uid, ...named } };
  }
  const why =
    "unread" in answer ? `namespace kube-system: ${answer.unread}` : "there is no namespace kube-system";
  return { identity: named, unread: why };
}

const unanswered = (error: Error, target: ClusterTarget | undefined): Problem => ({
  where: `${PREFIX}:cluster`,
  what: `the cluster${target === undefined ? "" : ` of context "${target.context}" at ${target.server.href}`} does not answer: ${error.message}`,
  todo: "Log in to the cluster or fix the kubeconfig, then try: kubectl get namespace kube-system",
});

/** Returns the CA certificates of a cluster, as PEM. */
function authorityOf({ cluster }: ClusterTarget): string | undefined {
  const data = cluster["certificate-authority-data"];
  if (data) return Buffer.from(data, "base64").toString("utf8");
  const file = cluster["certificate-authority"];
  try {
    return file ? readFileSync(file, "utf8") : undefined;
  } catch {
    // kubectl reports the missing file.
    return undefined;
  }
}

/** A cluster that a stack is allowed to change. */
export interface VerifiedCluster {
  identity: ClusterIdentity;
  /** Whether the settings move the stack here from another cluster. */
  isMoving: boolean;
  /** Warnings: the stack moves to the cluster, or its UID cannot be read. */
  warnings: string[];
}

/**
 * Reads the identity of the cluster and compares it with the state.
 * @throws FlotillaError if it is not the stack's cluster and the settings do not name it.
 */
export async function verifyCluster(
  ask: Ask,
  target: ClusterTarget | undefined,
  settings: Pick<Settings, "cluster">,
  known: KnownCluster | Promise<KnownCluster>,
  { stack, mayMove = true }: { stack: string; mayMove?: boolean },
): Promise<VerifiedCluster> {
  const [{ identity, unread }, { recorded, namespace, isDeployed }] = await Promise.all([
    readIdentity(ask, target),
    known,
  ]);
  const named = settings.cluster.identity;
  const needsEvidence =
    recorded === undefined ? isDeployed && named === undefined : isUnsure(recorded, identity);
  const hasNamespace = needsEvidence && (await isThere(ask, namespace));
  const problem = foreignCluster(
    compact({
      current: identity,
      unread,
      recorded,
      named,
      hasNamespace: needsEvidence ? hasNamespace : undefined,
      mayMove,
      namespace: namespace?.name,
      isDeployed,
      stack,
      context: target?.context,
    }),
  );
  if (problem) throw new FlotillaError([problem], "nothing was read into the state or changed");
  const isMoving =
    recorded !== undefined && !isSameCluster(recorded, identity) && !(needsEvidence && hasNamespace);
  return {
    identity,
    isMoving,
    warnings: [
      ...(!isMoving
        ? []
        : [
            `stack ${stack} moves to cluster ${identityText(identity)}, as set in ${PREFIX}:cluster.identity; everything in ${identityText(recorded)} keeps running, but is no longer in the state`,
          ]),
      ...(unread === undefined
        ? []
        : [
            `the cluster is only identified by its ${identity.ca === undefined ? "address" : "CA certificate"}, not by the UID of kube-system (${unread})`,
          ]),
    ],
  };
}

/** Whether the cluster has the namespace of a state, with the same UID if the state has one. */
async function isThere(ask: Ask, namespace: DeployedNamespace | undefined): Promise<boolean> {
  if (namespace === undefined) return false;
  const live = await readNamespace(ask, namespace.name);
  return live !== undefined && (namespace.uid === undefined || namespace.uid === live.uid);
}
