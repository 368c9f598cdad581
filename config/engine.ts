/** A stack's own settings as the engine hands them out. */
import { isDeepStrictEqual } from "node:util";
import { CREDENTIALS, type GivenCredentials, givenCredentials } from "./credentials";
import type { SettingsFile } from "./file";
import { settingsSchema } from "./schema";
import { decode } from "./settings";
import { credentialsIn } from "./stack";

/** What the engine hands out: full keys (`flotilla:application`), scalars as strings, maps as JSON. */
export interface EngineConfig {
  values: Record<string, string>;
  /** Full keys whose value is encrypted, or holds something that is. */
  secretKeys: readonly string[];
}

/**
 * The stack's own settings. The engine says what they are, wherever it found them; the stack's file says which of them are
 * not the project's defaults, and in which line they are, as far as it says the same.
 */
export function ownSettings(
  { values, secretKeys }: EngineConfig,
  file: SettingsFile,
  defaults: SettingsFile,
  project: string,
): SettingsFile {
  const prefix = `${project}:`;
  const own: Record<string, unknown> = {};
  const lines = new Map(file.lines);
  for (const [key, text] of Object.entries(values)) {
    if (!key.startsWith(prefix)) continue;
    const name = key.slice(prefix.length);
    const schema = settingsSchema.shape[name as keyof typeof settingsSchema.shape];
    const written = file.values[name];
    // Pulumi hands out null as nothing.
    const value = text === "" ? null : decode(text, schema);
    if (secretKeys.includes(key)) own[name] = written ?? { secure: "" };
    else if (written !== undefined || !isDeepStrictEqual(value, decode(defaults.values[name], schema)))
      own[name] = value;
    if (!isDeepStrictEqual(value, decode(written, schema)) && !secretKeys.includes(key)) lines.delete(name);
  }
  return { ...file, values: own, lines, problems: Object.keys(own).length > 0 ? [] : file.problems };
}

/**
 * The engine calls the whole key secret as soon as one of its passwords is encrypted, so the stack file is asked. A stack
 * whose file is elsewhere is taken at the engine's word.
 */
export function credentialsAt(
  key: string,
  values: Record<string, string>,
  own: SettingsFile,
  project: string,
): GivenCredentials | undefined {
  const text = values[key];
  if (text === undefined) return undefined;
  if (own.lines.has(CREDENTIALS)) return credentialsIn(own, project);
  const names = namesIn(text);
  return names ? { names, problems: [] } : givenCredentials(key, undefined);
}

/** The names in a map as JSON. Nothing of it may be in a message: it holds the passwords themselves. */
function namesIn(value: string): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? Object.keys(parsed) : undefined;
  } catch {
    return undefined;
  }
}
