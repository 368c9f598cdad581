/** Removes noise from objects and masks secret values before they are compared. */
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { compact, isRecord, mapValues } from "../../../src/model/records";
import { bytesText } from "../../../src/plan/limits";
import type { ManifestObject } from "./manifests";

/** Labels and annotations that Helm, charts and kubectl put on objects. They stay on pods: changing them there restarts pods. */
const GENERATED = [
  "helm.sh/chart",
  "app.kubernetes.io/managed-by",
  "app.kubernetes.io/version",
  "meta.helm.sh/release-name",
  "meta.helm.sh/release-namespace",
  // A copy of the whole object, including a Secret's values.
  "kubectl.kubernetes.io/last-applied-configuration",
];

/** Placeholders for a Secret's values. */
export const MASKED = "(masked)";
export const MASKED_CHANGED = "(masked, changed)";

/** Parts of a Secret that hold values. */
const SECRET_PARTS = ["data", "stringData"] as const;

/** Removes generated labels and nulls and masks a Secret's values; values that differ from `other` are marked. */
export function normalise(object: ManifestObject, other?: ManifestObject): ManifestObject {
  const { metadata = {}, ...rest } = masked(object, other);
  const { labels, annotations, namespace, ...named } = metadata;
  return withoutNulls({
    ...rest,
    metadata: {
      ...named,
      ...compact({ namespace }),
      ...nonEmpty("labels", withoutGenerated(labels)),
      ...nonEmpty("annotations", withoutGenerated(annotations)),
    },
  }) as ManifestObject;
}

function masked(object: ManifestObject, other: ManifestObject | undefined): ManifestObject {
  if (object.kind === "ConfigMap") return withoutBytes(object);
  if (object.kind !== "Secret") return object;
  const result: Record<string, unknown> = { ...object };
  for (const part of SECRET_PARTS) {
    const values = (object as Record<string, unknown>)[part];
    if (typeof values !== "object" || values === null) continue;
    const others = ((other as Record<string, unknown> | undefined)?.[part] ?? {}) as Record<string, unknown>;
    result[part] = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        other === undefined || isDeepStrictEqual(value, others[key]) ? MASKED : MASKED_CHANGED,
      ]),
    );
  }
  return result as ManifestObject;
}

/** Replaces a ConfigMap's binary content, unreadable in a diff, with sizes and digests. */
function withoutBytes(object: ManifestObject): ManifestObject {
  const { binaryData } = object as { binaryData?: unknown };
  return isRecord(binaryData)
    ? ({ ...object, binaryData: mapValues(binaryData, bytesOf) } as ManifestObject)
    : object;
}

function bytesOf(base64: unknown): unknown {
  if (typeof base64 !== "string") return base64;
  const bytes = Buffer.from(base64, "base64");
  const digest = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  return `(binary, ${bytesText(bytes.length)}, sha256:${digest})`;
}

const withoutGenerated = (entries: Record<string, string> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(entries ?? {}).filter(([key]) => !GENERATED.includes(key)));

const nonEmpty = <T extends object>(key: string, value: T): Record<string, T> =>
  Object.keys(value).length > 0 ? { [key]: value } : {};

/** The API server treats null as absent. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])),
  );
}
