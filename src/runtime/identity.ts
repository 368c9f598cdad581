/** Which cluster is which: pure decisions on what a cluster and its kubeconfig say of themselves. */
import { createHash } from "node:crypto";
import type { ClusterIdentity } from "../model/cluster";
import type { Problem } from "../model/problems";

/** The identity in one word: what `flotilla:cluster.identity` takes. */
export const identityName = ({ uid, ca, name }: Pick<ClusterIdentity, "uid" | "ca" | "name">): string =>
  uid ?? (ca === undefined ? `name:${name}` : `ca:${ca}`);

/** The identity for people. */
export const identityText = (identity: ClusterIdentity): string =>
  `${identityName(identity)} at ${identity.server}`;

/** Digest of the CA certificates: the same for every order and form of the PEM text. Undefined where there is none. */
export function caDigest(pem: string): string | undefined {
  const certificates = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([\s\S]*?)-----END CERTIFICATE-----/g)]
    .map(([, body]) => (body as string).replace(/\s+/g, ""))
    .sort();
  if (certificates.length === 0) return undefined;
  return createHash("sha256").update(certificates.join("\n")).digest("hex").slice(0, 16);
}

/**
 * Whether two identities are of one cluster. The UID decides where both have one. Else the address and the CA together do: one
 * company CA may sign for many clusters, and one address may lead to another cluster tomorrow. The name in a kubeconfig decides
 * nothing: many clusters are called "kubernetes" or "default".
 */
export function isSameCluster(recorded: ClusterIdentity, current: ClusterIdentity): boolean {
  if (recorded.uid !== undefined && current.uid !== undefined) return recorded.uid === current.uid;
  return recorded.server === current.server && recorded.ca === current.ca;
}

/** Whether only more evidence can tell: no UID to compare, and the same CA at another address, or another CA at the same one. */
export const isUnsure = (recorded: ClusterIdentity, current: ClusterIdentity): boolean =>
  (recorded.uid === undefined || current.uid === undefined) && !isSameCluster(recorded, current);

/** Whether a setting names this cluster: by its UID, or by less only where the UID cannot be read. */
export const isNamed = (setting: string, identity: ClusterIdentity): boolean =>
  setting === identityName(identity) || (identity.uid === undefined && setting === `name:${identity.name}`);

/** The identity to record of a cluster that is the stack's: a UID that is known stays known where it cannot be read this time. */
export const recordOf = (recorded: ClusterIdentity | undefined, current: ClusterIdentity): ClusterIdentity =>
  current.uid === undefined && recorded?.uid !== undefined ? { ...current, uid: recorded.uid } : current;

/** What is known of a stack's cluster and of the one that the kubeconfig leads to. */
export interface IdentityCheck {
  current: ClusterIdentity;
  /** Why the UID cannot be read, where it cannot. */
  unread?: string;
  /** What the state recorded. None before the first update, and in states of older versions. */
  recorded?: ClusterIdentity;
  /** What `flotilla:cluster.identity` says. */
  named?: string;
  /** Where the identities do not tell: whether the namespace of the state, by UID, is in this cluster. */
  hasNamespace?: boolean;
  /** Whether the stack may move to a cluster that the settings name. */
  mayMove: boolean;
  /** The namespace that the stack is deployed in. */
  namespace?: string;
  /** Whether the state has resources. */
  isDeployed: boolean;
  project: string;
  stack: string;
  /** The context that leads to the current cluster; none inside a cluster. */
  context?: string;
}

/** Why a stack must not touch the cluster that the kubeconfig leads to; undefined where it may. */
export function foreignCluster(check: IdentityCheck): Problem | undefined {
  const { current, recorded, named, isDeployed, hasNamespace, namespace, project, stack, context } = check;
  const where = `${project}:cluster`;
  const here = `${context === undefined ? "this pod's account" : `context "${context}"`} leads to ${identityText(current)}`;
  const seen = check.unread === undefined ? "" : ` (${check.unread})`;
  const permit = `pulumi config set --path ${project}:cluster.identity ${identityName(current)} --stack ${stack}`;
  const isOwn =
    recorded !== undefined &&
    (isSameCluster(recorded, current) || (isUnsure(recorded, current) && hasNamespace === true));
  if (named !== undefined && isNamed(named, current))
    return recorded === undefined || isOwn || check.mayMove
      ? undefined
      : {
          where: `cluster of stack ${stack}`,
          what: `the settings move the stack from ${identityText(recorded)} to ${identityText(current)}, and it is not there yet`,
          todo: `Finish the move first: npx flotilla up --stack ${stack}. Or take ${project}:cluster.identity back.`,
        };
  if (named !== undefined)
    return {
      where: `${where}.identity`,
      what: `it names ${named}, but ${here}${seen}`,
      todo: `Point KUBECONFIG or ${project}:cluster.context at that cluster. If it was replaced by this one: ${permit}`,
    };
  const ways = [
    `Another cluster needs a stack of its own: npx flotilla init <stack>.`,
    `To move ${stack} to this one and leave what runs in the other as it is: ${permit}`,
  ].join("\n    ");
  if (recorded !== undefined)
    return isOwn
      ? undefined
      : {
          where: `cluster of stack ${stack}`,
          what: `the stack is deployed in ${identityText(recorded)}, but ${here}${seen}`,
          todo: `Point KUBECONFIG or ${project}:cluster.context at the cluster of ${stack}.\n    ${ways}`,
        };
  if (!isDeployed || hasNamespace === true) return undefined;
  return {
    where: `cluster of stack ${stack}`,
    what: `its state was written by a version that did not record the cluster, and the namespace ${namespace ?? "of the stack"} that it deployed is not in this one: ${here}${seen}`,
    todo: `Update ${stack} once with the kubeconfig of its own cluster, which records it.\n    ${ways}`,
  };
}
