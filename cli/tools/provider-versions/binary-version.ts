/** The versions of provider binaries, cached until a binary changes. */
import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { jsonText } from "../../terminal/json";
import { cacheFolder } from "../paths";

const FILE = "plugin-versions.json";

/** Loads the plugin protocol only when a binary must be asked. */
const askItself = async (executable: string): Promise<string> =>
  (await import("./ask-version")).askVersion(executable);

/** @throws ToolError if the binary does not report its version. */
export async function binaryVersion(
  executable: string,
  { file = join(cacheFolder(), FILE), ask = askItself } = {},
): Promise<string> {
  const key = identityOf(executable);
  const known = readKnown(file);
  if (Object.hasOwn(known, key)) return known[key] as string;
  const version = await ask(executable);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, jsonText({ ...known, [key]: version }));
  return version;
}

/** The identity of a binary: its path, size and modification time. */
function identityOf(executable: string): string {
  const path = realpathSync(executable);
  const { size, mtimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}

function readKnown(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  } catch {
    // The cache does not exist yet, or another process is writing it: ask the binary.
    return {};
  }
}
