/** Restores the settings of an earlier update in a stack file. */
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, parseDocument } from "yaml";
import { quoteTexts } from "../../src/config/yaml-write";

/** Keys of a stack file that say how its secrets are encrypted: they belong to the state and stay unchanged. */
const ENCRYPTION = ["secretsprovider", "encryptedkey", "encryptionsalt"];

/** Settings by full key (`flotilla:services`); a secret is `{ secure: <ciphertext> }`. */
export type RecordedConfig = Readonly<Record<string, unknown>>;

/**
 * Returns the text of a stack file with the recorded settings. Settings that `base` already has keep their formatting and
 * comments. The engine records the project's defaults (`defaults`, by full key) among a stack's settings; they are not written.
 * The encryption keys are taken from `current`.
 */
export function restoredFile(
  base: string,
  current: string,
  recorded: RecordedConfig,
  defaults: RecordedConfig,
): string {
  const document = parseDocument(base);
  if (!isMap(document.contents)) document.contents = parseDocument("{}").contents as never;
  const written = configIn(document);
  for (const key of Object.keys(written)) if (!(key in recorded)) document.deleteIn(["config", key]);
  for (const [key, value] of Object.entries(recorded)) {
    if (key in written ? isSame(written[key], value) : isDeepStrictEqual(defaults[key], value)) continue;
    const node = document.createNode(value);
    quoteTexts(node);
    document.setIn(["config", key], node);
  }
  const now = parseDocument(current);
  for (const key of ENCRYPTION) {
    document.delete(key);
    const value = isMap(now.contents) ? now.get(key) : undefined;
    if (value !== undefined) document.set(key, value);
  }
  return document.toString({ lineWidth: 0 });
}

const configIn = (document: Document): Record<string, unknown> =>
  ((document.toJS() as { config?: Record<string, unknown> } | null)?.config ?? {}) as Record<string, unknown>;

/** Whether the engine reads the written value as the recorded one: it turns scalars into strings, and null into an empty one. */
function isSame(written: unknown, recorded: unknown): boolean {
  if (isDeepStrictEqual(written, recorded)) return true;
  if (typeof written === "object" && written !== null) return false;
  return typeof recorded !== "object" && String(written ?? "") === String(recorded ?? "");
}

/** Returns the settings with another value at a path; undefined removes it, and maps that become empty. */
export function withSetting(
  recorded: RecordedConfig,
  path: readonly string[],
  value: unknown,
): RecordedConfig {
  const [first, ...rest] = path as [string, ...string[]];
  const inner = recorded[first];
  const { [first]: _, ...others } = recorded;
  if (rest.length === 0) return value === undefined ? others : { ...recorded, [first]: value };
  const map = typeof inner === "object" && inner !== null ? (inner as RecordedConfig) : {};
  if (value === undefined && inner === undefined) return recorded;
  const changed = withSetting(map, rest, value);
  return Object.keys(changed).length === 0 ? others : { ...recorded, [first]: changed };
}

export const settingAt = (recorded: RecordedConfig, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
    recorded,
  );
