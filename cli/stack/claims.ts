/** The volume claims of a namespace. */
import { type ClaimObject, isClaimOf, sizeOf } from "../../src/runtime/leftover-claims";
import type { Kubectl, ObjectList } from "./kubectl";

export interface LiveClaim {
  name: string;
  /** A Kubernetes quantity, such as 8Gi. */
  size: string;
  object: DatedClaim;
}

/** A claim with its creation time and data source. */
export interface DatedClaim extends ClaimObject {
  metadata: ClaimObject["metadata"] & { creationTimestamp?: string; annotations?: Record<string, string> };
  spec?: ClaimObject["spec"] & { dataSource?: object; dataSourceRef?: object };
}

/** The claims of a namespace; none if it does not exist. */
export async function readClaims(kubectl: Kubectl, namespace: string): Promise<LiveClaim[]> {
  const { items } = await kubectl.json<ObjectList<DatedClaim>>([
    ...["get", "persistentvolumeclaims", "-n", namespace],
  ]);
  return items.map((object) => ({ name: object.metadata.name, size: sizeOf(object), object }));
}

/** Claims as text: `data-db-0 (8Gi), data-db-1 (8Gi)`. */
export const claimsText = (claims: readonly { name: string; size: string }[]): string =>
  claims.map(({ name, size }) => `${name} (${size})`).join(", ");

/** The claims that the pods of a release use. */
export const claimsOf = (claims: readonly LiveClaim[], release: string): LiveClaim[] =>
  claims.filter(({ object }) => isClaimOf(object, release));
