/** Short digests, so that a change shows as one line in a diff. */
import { createHash } from "node:crypto";
import { isRecord, mapValues } from "../model/records";
import type { Deployed } from "./deployed";
import { OWNER_ID, type Owner, withoutOwner } from "./labels";
import type { Plan } from "./plan";

/** Returns the first 12 hex digits of the SHA-256 over the parts, each preceded by its length. */
export function shortDigest(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}\0`).update(part);
  return hash.digest("hex").slice(0, 12);
}

/** Returns the digest of plain data, the same whatever the order of keys. */
export const dataDigest = (data: unknown): string => shortDigest(JSON.stringify(inKeyOrder(data)));

function inKeyOrder(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(inKeyOrder);
  if (!isRecord(data)) return data;
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, inKeyOrder(value)]));
}

/** Returns the digest of what a plan deploys. The id of the owner does not count: the first update creates it. */
export function planDigest({ warnings: _, ...plan }: Plan, owner: Owner | undefined): string {
  const { [OWNER_ID]: _id, ...annotations } = plan.namespace.annotations;
  const releases = mapValues(plan.releases, (release) => ({
    ...release,
    description: withoutOwner(release.description, owner),
  }));
  return dataDigest({ ...plan, namespace: { ...plan.namespace, annotations }, releases });
}

/** Returns the digest of a plan and of the releases that it starts from. */
export const updateDigest = (plan: Plan, owner: Owner | undefined, deployed: Deployed): string =>
  dataDigest([planDigest(plan, owner), deployed]);
