/** The differences between two sets of inputs, as the paths that a preview shows. */
import { isMap, type Properties, type Property, reveal } from "./property";

export type Change = "add" | "delete" | "update";

/** Returns changes by path, such as `values.image.tag` or `values.args[0]`. */
export function difference(before: Properties, after: Properties): Record<string, Change> {
  const changes: Record<string, Change> = {};
  compare(reveal(before), reveal(after), "", changes);
  return changes;
}

function compare(before: Property, after: Property, path: string, changes: Record<string, Change>): void {
  if (isMap(before) && isMap(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compareEntry(before[key], after[key], member(path, key), changes);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index++)
      compareEntry(before[index], after[index], `${path}[${index}]`, changes);
  } else if (before !== after) changes[path] = "update";
}

function compareEntry(
  before: Property | undefined,
  after: Property | undefined,
  path: string,
  changes: Record<string, Change>,
): void {
  // The engine omits null on one side and keeps it on the other.
  if ((before ?? null) === null && (after ?? null) === null) return;
  if (before === undefined || before === null) changes[path] = "add";
  else if (after === undefined || after === null) changes[path] = "delete";
  else compare(before, after, path, changes);
}

function member(path: string, key: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
