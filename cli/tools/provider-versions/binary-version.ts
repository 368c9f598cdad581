/** The versions of providers' binaries, asked for once: a binary that has changed is asked again. */
import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { jsonText } from "../../terminal/json";
import { cacheFolder } from "../paths";

const FILE = "plugin-versions.json";

/** What speaks the protocol is loaded only where a binary has to be asked. */
const askItself = async (executable: string): Promise<string> =>
  (await import("./ask-version")).askVersion(executable);

/** @throws ToolError when the binary does not tell. */
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

/** Another binary in the same place has another size or was written at another time. */
function identityOf(executable: string): string {
  const path = realpathSync(executable);
  const { size, mtimeMs } = statSync(path);
  return `${path} ${size} ${mtimeMs}`;
}

function readKnown(file: string): Record<string, string> {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  } catch {
    // There is none yet, or another process is writing it: the binary is asked.
    return {};
  }
}
