/** Reads the settings of a stack from the config that the engine passes to the program. */
import { isDeepStrictEqual } from "node:util";
import { own } from "../model/graph";
import { isAtOrBelow } from "../model/paths";
import { CREDENTIALS, type GivenCredentials, givenCredentials } from "./credentials";
import { decode } from "./decode";
import type { SettingsFile } from "./file";
import { PREFIX } from "./prefix";
import { credentialsInFile } from "./stack";

/** The config of a stack in the engine: full keys such as `flotilla:application`, scalars as texts, maps as JSON. */
export interface EngineConfig {
  values: Record<string, string>;
  /** Full keys whose value is encrypted, or contains an encrypted value. */
  secretKeys: readonly string[];
}

/**
 * Returns the stack's own settings. Their values are those of the engine, which can come from another file than the stack's
 * (`--config-file`). The stack's file adds the lines of values that are the same, and separates settings from defaults.
 */
export function ownSettings(
  { values, secretKeys }: EngineConfig,
  file: SettingsFile,
  defaults: SettingsFile,
): SettingsFile {
  const prefix = `${PREFIX}:`;
  const elsewhere: string[] = [];
  const settings = Object.entries(values).flatMap(([key, text]): [string, unknown][] => {
    if (!key.startsWith(prefix)) return [];
    const name = key.slice(prefix.length);
    const written = own(file.values, name);
    if (secretKeys.includes(key)) return [[name, written ?? { secure: "" }]];
    // The engine's value of a setting that is refused is not what is written. Messages quote what is written.
    const isRefused = file.problems.some(({ where }) => isAtOrBelow(where, key));
    const value = isRefused && written !== undefined ? written : decode(name, text);
    if (!isDeepStrictEqual(value, written)) elsewhere.push(name);
    const isDefault = written === undefined && isDeepStrictEqual(value, own(defaults.values, name));
    return isDefault ? [] : [[name, value]];
  });
  const isElsewhere = (path: string) => elsewhere.some((name) => isAtOrBelow(path, name));
  return {
    ...file,
    values: Object.fromEntries(settings),
    lines: new Map([...file.lines].filter(([path]) => !isElsewhere(path))),
    // Problems of the stack's file count only for keys that the engine has too: it can have read another file.
    problems:
      settings.length > 0 && !file.isUnreadable
        ? file.problems.filter(({ where }) => Object.keys(values).some((key) => isAtOrBelow(where, key)))
        : file.problems,
  };
}

/**
 * Returns the names of a stack's passwords, from the stack's file: to the engine the whole key is secret if one password is. If
 * the file does not have the key, the names come from the engine's value.
 */
export function credentialsAt(
  key: string,
  values: Record<string, string>,
  settings: SettingsFile,
): GivenCredentials | undefined {
  const text = values[key];
  if (text === undefined) return undefined;
  if (settings.lines.has(CREDENTIALS)) return credentialsInFile(settings);
  const names = namesIn(text);
  return names ? { names, problems: [] } : givenCredentials(key, undefined);
}

/** Returns the keys of a JSON map. Messages must not quote the text: it contains the passwords. */
function namesIn(value: string): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? Object.keys(parsed) : undefined;
  } catch {
    return undefined;
  }
}
