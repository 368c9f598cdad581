/** Layers on top of each other: maps merge, scalars and lists replace, `null` removes. Later wins; nothing else is magic. */

import { isAtOrBelow } from "../model/paths";
import { isRecord } from "../model/records";
import type { FileKind, SettingsFile } from "./file";
import { pathOf, placeOf } from "./file";

/** Where a value comes from. */
export interface Origin {
  kind: FileKind;
  /** Path in the project. */
  file: string;
  /** None where it was set outside of the file, as with `--config-file`. */
  line?: number;
}

export interface Merged {
  values: Record<string, unknown>;
  /** Of every key and entry, by path as messages write it. */
  origins: Map<string, Origin>;
}

/**
 * The files on top of each other, lowest first. Null takes away what earlier files say; it stays where it takes away
 * something that is in no file, such as what an inventory says.
 */
export function merge(
  files: readonly SettingsFile[],
  staysNull: (path: readonly string[]) => boolean = () => false,
): Merged {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const file of files) mergeInto(values, file.values, [], file, origins);
  takeOut(values, [], origins, staysNull);
  return { values, origins };
}

function takeOut(
  map: Record<string, unknown>,
  path: readonly string[],
  origins: Map<string, Origin>,
  staysNull: (path: readonly string[]) => boolean,
): void {
  for (const [key, value] of Object.entries(map)) {
    const inner = [...path, key];
    if (isRecord(value)) takeOut(value, inner, origins, staysNull);
    else if (value === null && !staysNull(inner)) {
      delete map[key];
      origins.delete(pathOf(inner));
    }
  }
}

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

/** Sets an own key, also one that an assignment would take for something else, such as `__proto__`. */
const set = (target: object, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
};

function note(
  { kind, path: name, lines }: SettingsFile,
  path: readonly PropertyKey[],
  origins: Map<string, Origin>,
): void {
  const where = pathOf(path);
  origins.set(where, { kind, ...placeOf(name, lines.get(where)) });
}

/** Forgets a path and what is below it. */
function forget(origins: Map<string, Origin>, path: string): void {
  for (const known of origins.keys()) if (isAtOrBelow(known, path)) origins.delete(known);
}

/** Where the deepest known part of a path comes from. */
export function originOf(origins: ReadonlyMap<string, Origin>, path: string): Origin | undefined {
  for (let rest = path; rest !== ""; rest = rest.replace(/(^|[.[])[^.[]*$/, "")) {
    const origin = origins.get(rest);
    if (origin) return origin;
  }
  return undefined;
}
