/** Short digests, so that a change shows as one line in a diff. */
import { createHash } from "node:crypto";

/** Returns the first 12 hex digits of the SHA-256 over the parts, each preceded by its length. */
export function shortDigest(...parts: (string | Buffer)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}\0`).update(part);
  return hash.digest("hex").slice(0, 12);
}
