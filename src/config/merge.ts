/** Merges settings files: maps are merged, scalars and lists are replaced, `null` removes. Later files win. */
import { isAtOrBelow, pathOf } from "../model/paths";
import { isRecord } from "../model/records";
import type { FileKind, SettingsFile } from "./file";
import { placeOf } from "./file";

/** The file and line that a value comes from. */
export interface Origin {
  kind: FileKind;
  /** Path in the project. */
  file: string;
  /** Undefined if the value was set outside the file, for example with `--config-file`. */
  line?: number;
}

/** Merged settings. */
export interface Merged {
  values: Record<string, unknown>;
  /** Origin of every key and list entry, by path. */
  origins: Map<string, Origin>;
}

/**
 * Merges files, lowest precedence first. A null removes the value of earlier files. It stays in the result where `staysNull` is
 * true, to remove a value that comes from the inventory.
 */
export function merge(
  files: readonly SettingsFile[],
  staysNull: (path: readonly string[]) => boolean = () => false,
): Merged {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const file of files) mergeInto(values, file.values, [], file, origins);
  removeNulls(values, [], origins, staysNull);
  return { values, origins };
}

/** Removes nulls and their origins, in place. */
function removeNulls(
  map: Record<string, unknown>,
  path: readonly string[],
  origins: Map<string, Origin>,
  staysNull: (path: readonly string[]) => boolean,
): void {
  for (const [key, value] of Object.entries(map)) {
    const inner = [...path, key];
    if (isRecord(value)) removeNulls(value, inner, origins, staysNull);
    else if (value === null && !staysNull(inner)) {
      delete map[key];
      origins.delete(pathOf(inner));
    }
  }
}

/** Merges the settings of one file into those of earlier files. */
function mergeInto(
  target: Record<string, unknown>,
  source: Record<string, unknown>,
  path: readonly PropertyKey[],
  file: SettingsFile,
  origins: Map<string, Origin>,
): void {
  for (const [key, value] of Object.entries(source)) {
    const inner = [...path, key];
    const before = Object.hasOwn(target, key) ? target[key] : undefined;
    if (before !== undefined && !(isRecord(value) && isRecord(before))) forget(origins, pathOf(inner));
    note(file, inner, origins);
    if (isRecord(value)) {
      const merged = isRecord(before) ? before : {};
      set(target, key, merged);
      mergeInto(merged, value, inner, file, origins);
    } else {
      set(target, key, structuredClone(value));
      for (const index of Array.isArray(value) ? value.keys() : []) note(file, [...inner, index], origins);
    }
  }
}

/** Sets an own key. Also works for `__proto__`, which an assignment does not create. */
const set = (target: object, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
};

/** Records the origin of a path. */
function note(
  { kind, path: name, lines }: SettingsFile,
  path: readonly PropertyKey[],
  origins: Map<string, Origin>,
): void {
  const where = pathOf(path);
  origins.set(where, { kind, ...placeOf(name, lines.get(where)) });
}

/** Removes the origins of a path and of the paths below it. */
function forget(origins: Map<string, Origin>, path: string): void {
  for (const known of origins.keys()) if (isAtOrBelow(known, path)) origins.delete(known);
}

/** Returns the origin of a path, or of the nearest path above it that has one. */
export function originOf(origins: ReadonlyMap<string, Origin>, path: string): Origin | undefined {
  for (let rest = path; rest !== ""; rest = rest.replace(/(^|[.[])[^.[]*$/, "")) {
    const origin = origins.get(rest);
    if (origin) return origin;
  }
  return undefined;
}
