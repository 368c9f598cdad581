import { isRecord } from "../../../src/model/records";

/** Returns keys of values that a chart's values.yaml does not have; free-form maps and lists of the chart accept anything. */
export function unknownKeys(values: unknown, known: unknown, path: readonly string[] = []): string[] {
  if (!isRecord(values)) return [];
  if (Array.isArray(known)) return [];
  // Empty maps are free-form, and so are keys without a value.
  if (!isRecord(known)) return known === null || known === undefined || known === "" ? [] : [path.join(".")];
  if (Object.keys(known).length === 0) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    Object.hasOwn(known, key) ? unknownKeys(value, known[key], [...path, key]) : [[...path, key].join(".")],
  );
}
