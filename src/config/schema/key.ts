/** What the reference says of a key: its schema carries its meaning, its unit and its default in words. */
import { z } from "zod";

/** What one reads of a key in an editor and in docs/configuration.md. */
export interface About {
  /** What its value is counted in or written as. */
  unit: string;
  /** What holds where no layer says anything. */
  usual: string;
}

/** What is said of each key besides its description. */
export const ABOUT = z.registry<About>();

/** A key with what one must know of it. `usual` is needed where the schema itself has no default. */
export function key<T extends z.ZodType>(schema: T, description: string, unit: string, usual?: string): T {
  const described = schema.describe(description);
  const words = usual ?? defaultOf(schema);
  if (words === undefined) throw new Error(`the key "${description}" has no default, and no words for one`);
  ABOUT.add(described, { unit, usual: words });
  return described;
}

function defaultOf(schema: z.ZodType): string | undefined {
  if (!(schema instanceof z.ZodDefault)) return undefined;
  const value: unknown = schema.def.defaultValue;
  if (Array.isArray(value) && value.length === 0) return "none";
  if (typeof value === "object" && value !== null)
    return Object.keys(value).length === 0 ? "none" : JSON.stringify(value);
  return String(value);
}
