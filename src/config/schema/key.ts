/** Attaches the description, the unit and the default of a key to its schema. */
import { z } from "zod";

/** The unit and default of a key, for editors and docs/configuration.md. */
export interface About {
  /** Unit or format of the value. */
  unit: string;
  /** The default, in words. */
  usual: string;
}

/** The unit and default of each key. The description is in the schema itself. */
export const ABOUT = z.registry<About>();

/** Describes a key. `usual`, the default in words, is required if the schema has no default. */
export function key<T extends z.ZodType>(schema: T, description: string, unit: string, usual?: string): T {
  const described = schema.describe(description);
  const words = usual ?? defaultOf(schema);
  if (words === undefined) throw new Error(`the key "${description}" has neither a default nor \`usual\``);
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
