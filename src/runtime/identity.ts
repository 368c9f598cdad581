/** Decides whether two clusters are the same, from their identities. Pure. */
import { createHash } from "node:crypto";
import { PREFIX } from "../config/prefix";
import type { ClusterIdentity } from "../model/cluster";
import type { Problem } from "../model/problems";

/** Returns the identity as text: the value of `flotilla:cluster.identity`. */
export const identityName = ({ uid, ca, name }: Pick<ClusterIdentity, "uid" | "ca" | "name">): string =>
  uid ?? (ca === undefined ? `name:${name}` : `ca:${ca}`);

/** Formats the identity for messages. */
export const identityText = (identity: ClusterIdentity): string =>
  `${identityName(identity)} at ${identity.server}`;

/** Returns a digest of CA certificates, independent of their order and PEM formatting. Undefined if there are none. */
export function caDigest(pem: string): string | undefined {
  const certificates = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)]
    .map(([, body]) => (body as string).replace(/\s+/g, ""))
    .sort();
  if (certificates.length === 0) return undefined;
  return createHash("sha256").update(certificates.join("\n")).digest("hex").slice(0, 16);
}

/**
 * Whether two identities belong to the same cluster. The UID decides if both have one, otherwise the address together with the
 * CA: a company's CA can sign for many clusters, and an address can later point to another cluster. The name in a kubeconfig does
 * not count, because many clusters are named "kubernetes" or "default".
 */
export function isSameCluster(recorded: ClusterIdentity, current: ClusterIdentity): boolean {
  if (recorded.uid !== undefined && current.uid !== undefined) return recorded.uid === current.uid;
  return recorded.server === current.server && recorded.ca === current.ca;
}

/** Whether the identities are inconclusive: a UID is missing, and the address or the CA differs. */
export const isUnsure = (recorded: ClusterIdentity, current: ClusterIdentity): boolean =>
  (recorded.uid === undefined || current.uid === undefined) && !isSameCluster(recorded, current);

/** Whether a setting names this cluster. CA and name only count if the UID cannot be read. */
export const isNamed = (setting: string, identity: ClusterIdentity): boolean =>
  setting === identityName(identity) || (identity.uid === undefined && setting === `name:${identity.name}`);

/** Returns the identity to record for the stack's cluster. A recorded UID is kept if it cannot be read this time. */
export const recordOf = (recorded: ClusterIdentity | undefined, current: ClusterIdentity): ClusterIdentity =>
  current.uid === undefined && recorded?.uid !== undefined ? { ...current, uid: recorded.uid } : current;

/** The facts about a stack's cluster and about the cluster of the kubeconfig. */
export interface IdentityCheck {
  current: ClusterIdentity;
  /** Why the UID cannot be read. Undefined if it was read. */
  unread?: string;
  /** Identity recorded in the state. Undefined before the first update, and in states of older versions. */
  recorded?: ClusterIdentity;
  /** Value of `flotilla:cluster.identity`. */
  named?: string;
  /** Whether the current cluster has the state's namespace (by UID). Only set if the identities are inconclusive. */
  hasNamespace?: boolean;
  /** Whether the stack may move to the cluster that the settings name. */
  mayMove: boolean;
  /** The namespace that the stack is deployed in. */
  namespace?: string;
  /** Whether the state has resources. */
  isDeployed: boolean;
  stack: string;
  /** Context of the current cluster. Undefined inside a cluster. */
  context?: string;
}

/** Returns why a stack must not change the cluster of the kubeconfig, or undefined if it can. */
export function foreignCluster(check: IdentityCheck): Problem | undefined {
  const { current, recorded, named, isDeployed, hasNamespace, namespace, stack, context } = check;
  const where = `${PREFIX}:cluster`;
  const here = `${context === undefined ? "this pod's account" : `context "${context}"`} points to ${identityText(current)}`;
  const seen = check.unread === undefined ? "" : ` (${check.unread})`;
  const permit = `pulumi config set --path ${PREFIX}:cluster.identity ${identityName(current)} --stack ${stack}`;
  const isOwn =
    recorded !== undefined &&
    (isSameCluster(recorded, current) || (isUnsure(recorded, current) && hasNamespace === true));
  if (named !== undefined && isNamed(named, current))
    return recorded === undefined || isOwn || check.mayMove
      ? undefined
      : {
          where: `cluster of stack ${stack}`,
          what: `the settings move the stack from ${identityText(recorded)} to ${identityText(current)}, but it has not been moved yet`,
          todo: `Finish the move first: npx flotilla up --stack ${stack}. Or revert ${PREFIX}:cluster.identity.`,
        };
  if (named !== undefined)
    return {
      where: `${where}.identity`,
      what: `the setting is ${named}, but ${here}${seen}`,
      todo: `Point KUBECONFIG or ${PREFIX}:cluster.context to that cluster. If this cluster replaces it: ${permit}`,
    };
  const ways = [
    `To deploy to this cluster too, create another stack: npx flotilla init <stack>.`,
    `To move ${stack} to this cluster, and leave everything in the old one running: ${permit}`,
  ].join("\n    ");
  if (recorded !== undefined)
    return isOwn
      ? undefined
      : {
          where: `cluster of stack ${stack}`,
          what: `the stack is deployed in ${identityText(recorded)}, but ${here}${seen}`,
          todo: `Point KUBECONFIG or ${PREFIX}:cluster.context to the cluster of ${stack}.\n    ${ways}`,
        };
  if (!isDeployed || hasNamespace === true) return undefined;
  return {
    where: `cluster of stack ${stack}`,
    what: `the state was written by a version that did not record the cluster, and this cluster does not have the deployed namespace ${namespace ?? "of the stack"}: ${here}${seen}`,
    todo: `Update ${stack} once with the kubeconfig of its cluster, which records the cluster.\n    ${ways}`,
  };
}
