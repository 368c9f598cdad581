/** Two versions of an object as unified text, its keys in one order. */
import { structuredPatch } from "diff";
import { stringify } from "yaml";
import type { ManifestObject } from "./manifests";

/** Lines of what is the same around what is not. */
const CONTEXT = 3;

/** The hunks alone, without file names; all of an object that is new or goes. */
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
    : // As YAML 1.1, in which texts like "no" and "0755" need quotes: Kubernetes reads it so.
      stringify(object, { version: "1.1", sortMapEntries: true, lineWidth: 0, aliasDuplicateObjects: false });
