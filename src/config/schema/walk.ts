/** The schema as a tree of keys. */
import { z } from "zod";

/** A schema without what only says that it may be left out. */
export function bare(schema: z.ZodType): z.ZodType {
  let current = schema;
  while (
    current instanceof z.ZodOptional ||
    current instanceof z.ZodDefault ||
    current instanceof z.ZodNullable
  )
    current = current.def.innerType as z.ZodType;
  return current;
}

/** What a schema has inside: a key each, or one for any name. */
export interface Inside {
  keys: Record<string, z.ZodType>;
  any?: z.ZodType;
}

/** What is inside of a map; nothing of anything else. Of alternatives the one that is a map counts. */
export function inside(schema: z.ZodType): Inside {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) return { keys: inner.def.shape as Record<string, z.ZodType> };
  if (inner instanceof z.ZodRecord) return { keys: {}, any: inner.def.valueType as z.ZodType };
  if (inner instanceof z.ZodUnion)
    return (
      (inner.def.options as z.ZodType[]).map(inside).find(({ keys }) => Object.keys(keys).length > 0) ??
      NOTHING
    );
  return NOTHING;
}

const NOTHING: Inside = { keys: {} };

/** The defaults of the keys that a map at a path may have; a name on the way stands for any. */
export function defaultsAt(root: z.ZodType, path: readonly PropertyKey[]): Record<string, unknown> {
  const schema = schemaAt(root, path);
  return schema
    ? Object.fromEntries(
        Object.entries(inside(schema).keys).flatMap(([key, inner]) =>
          inner instanceof z.ZodDefault ? [[key, inner.def.defaultValue]] : [],
        ),
      )
    : {};
}

/** The schema at a path, or undefined where there is none. */
export function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let current: z.ZodType | undefined = root;
  for (const step of path) {
    if (!current) return undefined;
    const { keys, any }: Inside = inside(current);
    current = Object.hasOwn(keys, step) ? keys[String(step)] : any;
  }
  return current;
}
