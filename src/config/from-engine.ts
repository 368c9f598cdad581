/** Reads the settings of a stack from the config that the engine passes to the program. */
import { isDeepStrictEqual } from "node:util";
import { own } from "../model/graph";
import { isAtOrBelow } from "../model/paths";
import { CREDENTIALS, type GivenCredentials, givenCredentials } from "./credentials";
import { decode } from "./decode";
import type { SettingsFile } from "./file";
import { PREFIX } from "./prefix";
import { credentialsInFile } from "./stack";

/** The config of a stack in the engine: full keys such as `flotilla:application`, scalars as text, maps as JSON. */
export interface EngineConfig {
  values: Record<string, string>;
  /** Full keys whose value is encrypted or contains an encrypted value. */
  secretKeys: readonly string[];
}

/**
 * Returns the stack's own settings. The values are the engine's, which can come from another file than the stack's
 * (`--config-file`). The stack's file adds the line numbers of equal values, and separates settings from defaults.
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
    // The engine reads a refused value differently. Messages quote the text in the file.
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
    // The engine may have read another file: problems of the stack's file count only for keys that the engine has too.
    problems:
      settings.length > 0 && !file.isUnreadable
        ? file.problems.filter(({ where }) => Object.keys(values).some((key) => isAtOrBelow(where, key)))
        : file.problems,
  };
}

/**
 * Returns the names of a stack's passwords. They come from the stack's file, because the engine treats the whole key as secret;
 * if the file does not have the key, they come from the engine's value.
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

/** Returns the keys of a JSON map. The text contains passwords and must not appear in a message. */
function namesIn(value: string): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? Object.keys(parsed) : undefined;
  } catch {
    return undefined;
  }
}
