/** The Node.js that runs here with its libraries, as the file system of an image without a shell. */
import { copyFileSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import execa from "execa";

/** Path of Node.js in the image. */
export const NODE = "/usr/local/bin/node";

/** Returns the files to copy, by their path in the image. */
async function nodeFiles(): Promise<Record<string, string>> {
  const { stdout } = await execa("ldd", [process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path as string);
  return { [NODE]: process.execPath, ...Object.fromEntries(libraries.map((path) => [path, path])) };
}

/** Returns what identifies the files. */
export const nodeIdentity = async (): Promise<string[]> =>
  Object.values(await nodeFiles()).map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`);

/** Copies the files into the root of an image. */
export async function copyNode(root: string): Promise<void> {
  for (const [to, from] of Object.entries(await nodeFiles())) {
    mkdirSync(dirname(join(root, to)), { recursive: true });
    copyFileSync(from, join(root, to));
  }
}
