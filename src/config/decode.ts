/** Values as Pulumi writes them down and hands them out. */
import type { z } from "zod";
import { own } from "../model/graph";
import { settingsSchema } from "./schema";

/**
 * A key's value. Pulumi hands every scalar out as text, and `pulumi config set` writes maps as JSON: a setting that is a
 * text stays one; of the others, JSON is read as JSON. Nothing, which Pulumi makes of null, is null.
 */
export function decode(name: string, value: unknown): unknown {
  if (typeof value === "object" && value !== null) return value;
  if (value === null || value === "") return null;
  const text = String(value);
  const schema = own(settingsSchema.shape as Record<string, z.ZodType>, name);
  if (schema?.safeParse(text).success) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
