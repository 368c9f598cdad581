/** Which fields differ between two objects. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../../src/model/records";

/** A field that differs; a missing value is undefined. */
export interface FieldChange {
  /** The steps to it: keys, and for list entries the name or index in brackets. */
  path: readonly string[];
  before: unknown;
  after: unknown;
}

/** Returns the innermost fields that differ. List entries are matched by name if all have a unique one, else by index. */
export function fieldChanges(before: unknown, after: unknown, path: readonly string[] = []): FieldChange[] {
  if (isDeepStrictEqual(before, after)) return [];
  const [old, now] = [entriesOf(before), entriesOf(after)];
  if (!old || !now || Array.isArray(before) !== Array.isArray(after)) return [{ path, before, after }];
  const isByName = Array.isArray(before) && hasNames(before) && hasNames(after as unknown[]);
  const [left, right] = isByName ? [byName(before), byName(after as Named[])] : [old, now];
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  const changes = keys.flatMap((key) => fieldChanges(left.get(key), right.get(key), [...path, key]));
  // No entry differs, so only the order does.
  return changes.length > 0 ? changes : [{ path, before, after }];
}

/** A path as text, such as `spec.containers[web].image`. */
export const pathText = (path: readonly string[]): string =>
  path.reduce((text, step) => (step.startsWith("[") || text === "" ? text + step : `${text}.${step}`), "");

/** A value in one line. */
export const valueText = (value: unknown): string =>
  value === undefined ? "(none)" : typeof value === "object" ? JSON.stringify(value) : String(value);

interface Named {
  name: string;
}

function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) return new Map(value.map((item, index) => [`[${index}]`, item]));
  if (isRecord(value)) return new Map(Object.entries(value));
  return undefined;
}

function hasNames(list: readonly unknown[]): list is Named[] {
  const names = list.map((item) => (item as Partial<Named> | null)?.name);
  return names.every((name) => typeof name === "string") && new Set(names).size === names.length;
}

const byName = (list: readonly Named[]): Map<string, unknown> =>
  new Map(list.map((item) => [`[${item.name}]`, item]));
