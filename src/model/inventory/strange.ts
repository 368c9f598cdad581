/** Finds what no plain data has, before the schema reads an inventory: it would crash, or skip it without a word. */
import type { Problem } from "../problems";

/** Reports properties that cannot be read and keys that JavaScript keeps for itself. `where` makes a place of a path. */
export function strangeIn(written: object, where: (path: readonly PropertyKey[]) => string): Problem[] {
  const seen = new Set<object>();
  const visit = (value: unknown, path: readonly PropertyKey[]): Problem[] => {
    if (typeof value !== "object" || value === null || seen.has(value) || ArrayBuffer.isView(value))
      return [];
    seen.add(value);
    const keys = reading(() => Object.keys(value));
    if ("failed" in keys) return [unreadable(where(path), keys.failed)];
    return keys.value.flatMap((key) => {
      const inner = [...path, key];
      if (key === "__proto__")
        return [{ where: where(inner), what: "a key cannot have this name", todo: "Rename it." }];
      const read = reading(() => (value as Record<string, unknown>)[key]);
      return "failed" in read ? [unreadable(where(inner), read.failed)] : visit(read.value, inner);
    });
  };
  return visit(written, []);
}

const unreadable = (where: string, failed: string): Problem => ({
  where,
  what: `reading it fails: ${failed}`,
  todo: "Write the value itself: an inventory is plain data.",
});

function reading<T>(read: () => T): { value: T } | { failed: string } {
  try {
    return { value: read() };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
