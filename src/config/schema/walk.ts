/** Reads the schema as a tree of keys. */
import { z } from "zod";

/** Returns a schema without its optional, default and nullable wrappers. */
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

/** The schemas below a schema: one for each key, or one for any name. */
export interface Inside {
  keys: Record<string, z.ZodType>;
  any?: z.ZodType;
}

/** Returns the schemas below a map. Of a union, the alternative that is a map counts. Other schemas have none. */
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

/** Returns the defaults of the keys of the map at a path. */
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

/** Returns the schema at a path, or undefined if there is none. */
export function schemaAt(root: z.ZodType, path: readonly PropertyKey[]): z.ZodType | undefined {
  let current: z.ZodType | undefined = root;
  for (const step of path) {
    if (!current) return undefined;
    const { keys, any }: Inside = inside(current);
    current = Object.hasOwn(keys, step) ? keys[String(step)] : any;
  }
  return current;
}
