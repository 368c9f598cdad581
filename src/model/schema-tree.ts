/** Reads a zod schema as a tree of keys. */
import { z } from "zod";

/** Returns a schema without optional, default and nullable wrappers, and the input side of a transformation. */
export function bare(schema: z.ZodType): z.ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  )
    return bare(schema.def.innerType as z.ZodType);
  return schema instanceof z.ZodPipe ? bare(schema.def.in as z.ZodType) : schema;
}

/** The schemas below a schema: one for each key, or one for any name. */
export interface Inside {
  keys: Record<string, z.ZodType>;
  any?: z.ZodType;
}

/** Returns the schemas below a map or a list. For a union: those of all alternatives. Other schemas have none. */
export function inside(schema: z.ZodType): Inside {
  const inner = bare(schema);
  if (inner instanceof z.ZodObject) return { keys: inner.def.shape as Record<string, z.ZodType> };
  if (inner instanceof z.ZodRecord) return { keys: {}, any: inner.def.valueType as z.ZodType };
  if (inner instanceof z.ZodArray) return { keys: {}, any: inner.def.element as z.ZodType };
  if (!(inner instanceof z.ZodUnion)) return { keys: {} };
  const alternatives = (inner.def.options as z.ZodType[]).map(inside);
  const any = alternatives.find((alternative) => alternative.any)?.any;
  return { keys: Object.assign({}, ...alternatives.map(({ keys }) => keys)), ...(any && { any }) };
}

/** Returns the defaults of the keys in the map at a path. */
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
    // Anything is allowed below an unknown value.
    if (bare(current) instanceof z.ZodUnknown) return current;
    const { keys, any }: Inside = inside(current);
    current = Object.hasOwn(keys, step) ? keys[String(step)] : any;
  }
  return current;
}

/** Returns the names of the keys at a path, for suggestions. */
export function keysAt(root: z.ZodType, path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(root, path);
  return schema ? Object.keys(inside(schema).keys) : [];
}
