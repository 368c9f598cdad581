/** An image with the Node.js of this machine and its libraries, for tests without a registry. */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import execa from "execa";
import { cacheFolder } from "../../../cli/tools/paths";
import { packImage } from "../../../dev/sandbox/nodes/image-archive";

export const NODE_IMAGE = "flotilla.test/node:1";

/** Returns the image's archive; builds it unless an archive of the same content is in the cache. */
export async function nodeImage(): Promise<string> {
  const { stdout } = await execa("ldd", [process.execPath]);
  const libraries = [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path as string);
  const files: [string, string][] = [
    [process.execPath, "/node"],
    ...libraries.map((path): [string, string] => [path, path]),
  ];
  const identity = files.map(([path]) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`);
  const digest = createHash("sha256").update(identity.join("\n")).digest("hex").slice(0, 16);
  const folder = join(cacheFolder(), "test-images");
  const archive = join(folder, `node-${digest}.tar`);
  if (existsSync(archive)) return archive;
  const root = mkdtempSync(join(tmpdir(), "flotilla-image-"));
  try {
    for (const [from, to] of files) {
      mkdirSync(dirname(join(root, to)), { recursive: true });
      copyFileSync(from, join(root, to));
    }
    mkdirSync(folder, { recursive: true });
    // Of another version of Node.js.
    for (const old of readdirSync(folder).filter((name) => name.startsWith("node-")))
      rmSync(join(folder, old));
    await packImage(NODE_IMAGE, root, { Entrypoint: ["/node"] }, archive);
  } finally {
    rmSync(root, { recursive: true });
  }
  return archive;
}
