/** How large Helm's own Secret of a release becomes. */
import { gzipSync } from "node:zlib";
import type { Charts } from "../chart";
import type { ReleasePlan } from "../plan";

/** Compressed manifests without the texts that are in the values as well, in bytes: more than any of our charts makes. */
const MANIFESTS = 6 * 1024;

/**
 * Returns the size of the Secret in which Helm keeps a release: its chart, its values and its manifests as JSON, compressed, in
 * base64. An estimate for the plan, where nothing is rendered: large texts of the values are in the manifests as well, so the
 * values count twice. Updates are refused by it, and `flotilla check` reports the same number.
 */
export function releaseBytes(
  { microservice, store, remote }: Charts,
  { chart, values }: ReleasePlan,
): number {
  const local = [microservice, store].find(({ path }) => "path" in chart && chart.path === path);
  const vendored = Object.values(remote).find(({ url, vendored }) =>
    "path" in chart ? vendored?.path === chart.path : url === chart.url,
  )?.vendored;
  // Files in base64 are compressed less well than plain ones (tried on Bitnami's charts).
  const packed = local?.packed ?? (vendored?.bytes ?? 0) * 1.25;
  const copies = gzipSync(JSON.stringify([values, values])).length;
  return Math.ceil(((packed + copies + MANIFESTS) * 4) / 3);
}
