/** How large Helm's own Secret of a release becomes. */
import { readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chartFiles } from "../../src/plan/chart";

/**
 * Bytes of the Secret in which Helm keeps a release: its chart, its values and its manifests as JSON, compressed, in
 * base64. An estimate: an archived chart counts as it is packed.
 */
export function releaseSize(chart: string, values: object, manifests: string): number {
  const isFolder = statSync(chart).isDirectory();
  const files = isFolder ? chartFiles(chart).map((file) => readFileSync(file).toString("base64")) : [];
  // Files in base64 are compressed less well than plain ones (tried on Bitnami's charts).
  const packed = isFolder ? 0 : statSync(chart).size * 1.25;
  const compressed = gzipSync(JSON.stringify({ files, values, manifests })).length + packed;
  return Math.ceil((compressed * 4) / 3);
}
