/** Estimates the size of Helm's Secret of a release. */
import { readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { chartFiles } from "../../src/plan/chart";

/**
 * Returns the bytes of the Secret in which Helm stores a release: its chart, values and manifests as JSON, compressed, in
 * base64. An estimate: an archived chart counts with its archive's size.
 */
export function releaseSize(chart: string, values: object, manifests: string): number {
  const isFolder = statSync(chart).isDirectory();
  const files = isFolder ? chartFiles(chart).map((file) => readFileSync(file).toString("base64")) : [];
  // Base64 files compress less well than plain ones (measured with Bitnami's charts).
  const packed = isFolder ? 0 : statSync(chart).size * 1.25;
  const compressed = gzipSync(JSON.stringify({ files, values, manifests })).length + packed;
  return Math.ceil((compressed * 4) / 3);
}
