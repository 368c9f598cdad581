/** A stack's own settings as the engine hands them out. */
import { isDeepStrictEqual } from "node:util";
import { own } from "../model/graph";
import { isAtOrBelow } from "../model/paths";
import { CREDENTIALS, type GivenCredentials, givenCredentials } from "./credentials";
import { decode } from "./decode";
import type { SettingsFile } from "./file";
import { credentialsInFile } from "./stack";

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
  const elsewhere: string[] = [];
  const settings = Object.entries(values).flatMap(([key, text]): [string, unknown][] => {
    if (!key.startsWith(prefix)) return [];
    const name = key.slice(prefix.length);
    const written = own(file.values, name);
    if (secretKeys.includes(key)) return [[name, written ?? { secure: "" }]];
    const value = decode(name, text);
    if (!isDeepStrictEqual(value, written)) elsewhere.push(name);
    const isDefault = written === undefined && isDeepStrictEqual(value, own(defaults.values, name));
    return isDefault ? [] : [[name, value]];
  });
  const isElsewhere = (path: string) => elsewhere.some((name) => isAtOrBelow(path, name));
  return {
    ...file,
    values: Object.fromEntries(settings),
    lines: new Map([...file.lines].filter(([path]) => !isElsewhere(path))),
    // Of what is wrong with the file only that counts which the engine hands out as well: it may have read another one.
    problems:
      settings.length > 0
        ? file.problems.filter(({ where }) => own(values, where) !== undefined)
        : file.problems,
  };
}

/**
 * The engine calls the whole key secret as soon as one of its passwords is encrypted, so the stack file is asked. A stack
 * whose file is elsewhere is taken at the engine's word.
 */
export function credentialsAt(
  key: string,
  values: Record<string, string>,
  settings: SettingsFile,
  project: string,
): GivenCredentials | undefined {
  const text = values[key];
  if (text === undefined) return undefined;
  if (settings.lines.has(CREDENTIALS)) return credentialsInFile(settings, project);
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
