/** Finds the keys that a schema allows at a path. */
import { z } from "zod";

function bare(schema: z.ZodType): z.ZodType {
  let current = schema;
  for (;;) {
    if (
      current instanceof z.ZodOptional ||
      current instanceof z.ZodDefault ||
      current instanceof z.ZodNullable
    )
      current = current.def.innerType as z.ZodType;
    else if (current instanceof z.ZodPipe) current = current.def.in as z.ZodType;
    else return current;
  }
}

/** Returns the keys at a path. Of a union, it returns those of all alternatives. */
export function keysAt(root: z.ZodType, path: readonly PropertyKey[]): string[] {
  const [first, ...rest] = path;
  const schema = bare(root);
  if (schema instanceof z.ZodUnion)
    return [...new Set((schema.def.options as z.ZodType[]).flatMap((option) => keysAt(option, path)))];
  if (first === undefined) return schema instanceof z.ZodObject ? Object.keys(schema.def.shape) : [];
  if (schema instanceof z.ZodObject) {
    const inner = (schema.def.shape as Record<string, z.ZodType>)[String(first)];
    return inner ? keysAt(inner, rest) : [];
  }
  if (schema instanceof z.ZodRecord) return keysAt(schema.def.valueType as z.ZodType, rest);
  if (schema instanceof z.ZodArray) return keysAt(schema.def.element as z.ZodType, rest);
  return [];
}
