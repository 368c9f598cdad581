import { isRecord } from "../../../src/model/records";

/** Keys of values that a chart's own values.yaml does not have; a free-form map or list of the chart takes anything. */
export function unknownKeys(values: unknown, known: unknown, path: readonly string[] = []): string[] {
  if (!isRecord(values)) return [];
  if (Array.isArray(known)) return [];
  // An empty map is free-form; so is what the chart leaves without a value.
  if (!isRecord(known)) return known === null || known === undefined || known === "" ? [] : [path.join(".")];
  if (Object.keys(known).length === 0) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    Object.hasOwn(known, key) ? unknownKeys(value, known[key], [...path, key]) : [[...path, key].join(".")],
  );
}
