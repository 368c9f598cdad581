/** Mermaid as a browser loads it, to test diagrams: one file of its package, kept in the cache. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import execa from "execa";
import { say, step } from "../../cli/terminal/progress";
import { firstLine } from "../../cli/tools/failure";
import { cacheFolder } from "../../cli/tools/paths";
import { inTemporaryFolder } from "../../cli/tools/temporary";

const VERSION = "11.17.2";

/** Integrity of the package archive in the npm registry. */
const INTEGRITY =
  "sha512-V6K3C8EBdEsPFZXSKMJe6ppQOENxuHARr9GvHX4hh47lAbhMRD9qf4oEK7LoaRQxULMa80/qt5gHO73aCleBBg==";

/** Returns the path of the script, or undefined if the npm registry cannot be reached. Not a dependency: with its own it is 150 MB. */
export async function ensureMermaid(): Promise<string | undefined> {
  const script = join(cacheFolder(), "tools", `mermaid-${VERSION}`, "mermaid.min.js");
  if (existsSync(script)) return script;
  try {
    await step(`fetching mermaid ${VERSION}`, () => fetchScript(script));
    return script;
  } catch (error) {
    say(`mermaid is not available: ${firstLine((error as Error).message)}`);
    return undefined;
  }
}

/** @throws Error when the registry cannot be reached or the archive has the wrong digest. */
async function fetchScript(script: string): Promise<void> {
  mkdirSync(dirname(script), { recursive: true });
  await inTemporaryFolder(cacheFolder(), async (folder) => {
    const { stdout } = await execa("npm", ["pack", `mermaid@${VERSION}`, "--silent"], { cwd: folder });
    const archive = join(folder, stdout.trim());
    const digest = `sha512-${createHash("sha512").update(readFileSync(archive)).digest("base64")}`;
    if (digest !== INTEGRITY)
      throw new Error(`the archive of mermaid ${VERSION} has the wrong digest ${digest}`);
    await execa("tar", ["-xzf", archive, "package/dist/mermaid.min.js"], { cwd: folder });
    renameSync(join(folder, "package", "dist", "mermaid.min.js"), script);
  });
}
