/** Lists all keys of the settings with their descriptions, for docs and editors. */
import type { z } from "zod";
import { inside } from "../../model/schema-tree";
import { settingsSchema } from ".";
import { ABOUT } from "./key";

/** A key with its description, unit and default. */
export interface KeyReference {
  /** Path to the key; `<name>` stands for any name. */
  path: readonly string[];
  description: string;
  unit: string;
  usual: string;
}

/** Returns all keys, each before the keys below it. */
export const reference = (): KeyReference[] => keysIn(settingsSchema, []);

function keysIn(schema: z.ZodType, path: readonly string[]): KeyReference[] {
  const { keys, any } = inside(schema);
  const named = Object.entries(keys).flatMap(([key, inner]) => {
    const { unit, usual } = ABOUT.get(inner) ?? { unit: "", usual: "" };
    const inPath = [...path, key];
    return [{ path: inPath, description: inner.description ?? "", unit, usual }, ...keysIn(inner, inPath)];
  });
  return [...named, ...(any ? keysIn(any, [...path, "<name>"]) : [])];
}
