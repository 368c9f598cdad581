/** How large Helm's own Secret of a release becomes. */
import { readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { listFiles } from "../plan/chart";

/**
 * Bytes of the Secret in which Helm keeps a release: its chart, its values and its manifests as JSON, compressed, in
 * base64. An estimate: an archived chart counts as it is packed.
 */
export function releaseSize(chart: string, values: object, manifests: string): number {
  const isFolder = statSync(chart).isDirectory();
  const files = isFolder ? listFiles(chart).map((file) => readFileSync(file).toString("base64")) : [];
  // Base64 inside what is compressed takes about 4 % more than the plain files.
  const packed = isFolder ? 0 : statSync(chart).size * 1.04;
  const compressed = gzipSync(JSON.stringify({ files, values, manifests })).length + packed;
  return Math.ceil((compressed * 4) / 3);
}
