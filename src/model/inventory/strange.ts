/** Finds what plain data cannot contain, before the schema reads an inventory: zod would crash or silently skip it. */
import type { Problem } from "../problems";

/** Reports properties that cannot be read and keys that JavaScript reserves. `where` turns a path into a place. */
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
        return [{ where: where(inner), what: "this name cannot be used as a key", todo: "Rename it." }];
      const read = reading(() => (value as Record<string, unknown>)[key]);
      return "failed" in read ? [unreadable(where(inner), read.failed)] : visit(read.value, inner);
    });
  };
  return visit(written, []);
}

const unreadable = (where: string, failed: string): Problem => ({
  where,
  what: `the value cannot be read: ${failed}`,
  todo: "Write the value itself: an inventory is plain data.",
});

function reading<T>(read: () => T): { value: T } | { failed: string } {
  try {
    return { value: read() };
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}
