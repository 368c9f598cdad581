/** The namespace that settings choose. */
import { isRecord } from "../model/records";

/** The namespace of a stack, from `flotilla:namespace`. */
export interface ChosenNamespace {
  /** Undefined for the default, `<application>-<environment>`. */
  name?: string;
  /** Whether the stack creates it. Otherwise it exists already, and others own it. */
  create: boolean;
}

/** Reads `flotilla:namespace`, which is a name or a map. A value that the schema refuses counts as not set. */
export function chosenNamespace(setting: unknown): ChosenNamespace {
  if (typeof setting === "string") return { name: setting, create: true };
  const { name, create } = isRecord(setting) ? setting : {};
  return { ...(typeof name === "string" ? { name } : {}), create: create !== false };
}

/** Returns the setting for a namespace that others own, for messages. */
export const othersNamespace = (name: string): string =>
  `flotilla:namespace: { name: ${name}, create: false }`;
