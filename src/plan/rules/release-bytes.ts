/** Estimates the size of Helm's Secret for a release. */
import { gzipSync } from "node:zlib";
import type { Charts } from "../chart";
import type { ReleasePlan } from "../plan";

/** Upper bound for our charts' compressed manifests without text from the values, in bytes. */
const MANIFESTS = 6 * 1024;

/**
 * Returns the size of Helm's Secret for a release: chart, values and manifests as JSON, compressed, in base64. It is an estimate,
 * because a plan does not render anything: large text in the values is also in the manifests, so values count twice. Updates and
 * `flotilla check` use the same number.
 */
export function releaseBytes(
  { microservice, store, remote }: Charts,
  { chart, values }: ReleasePlan,
): number {
  const local = [microservice, store].find(({ path }) => "path" in chart && chart.path === path);
  const vendored = Object.values(remote).find(({ url, vendored }) =>
    "path" in chart ? vendored?.path === chart.path : url === chart.url,
  )?.vendored;
  // Files in base64 compress less well than plain files (measured with Bitnami's charts).
  const packed = local?.packed ?? (vendored?.bytes ?? 0) * 1.25;
  const copies = gzipSync(JSON.stringify([values, values])).length;
  return Math.ceil(((packed + copies + MANIFESTS) * 4) / 3);
}
