/** The unified diff of two versions of an object, with sorted keys. */
import { structuredPatch } from "diff";
import { stringify } from "yaml";
import type { ManifestObject } from "./manifests";

/** Unchanged lines around each change. */
const CONTEXT = 3;

/** Returns the hunks without file names; the whole object if it is added or removed. */
export function unified(before: ManifestObject | undefined, after: ManifestObject | undefined): string {
  const { hunks } = structuredPatch("", "", text(before), text(after), "", "", { context: CONTEXT });
  return hunks
    .flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`,
      ...lines,
    ])
    .join("\n");
}

const text = (object: ManifestObject | undefined): string =>
  object === undefined
    ? ""
    : // Kubernetes reads YAML 1.1, in which strings like "no" and "0755" need quotes.
      stringify(object, { version: "1.1", sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
