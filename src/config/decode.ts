/** Decodes values of Pulumi's config. */
import type { z } from "zod";
import { own } from "../model/graph";
import { settingsSchema } from "./schema";

/**
 * Returns the value of a key. Pulumi passes every scalar as text, and `pulumi config set` writes maps as JSON. The value stays
 * text if the schema accepts text; otherwise it is parsed as JSON. Empty text is Pulumi's null and becomes null.
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
