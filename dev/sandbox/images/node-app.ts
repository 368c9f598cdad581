/** The image of a Node program with its packages, built without Docker. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import type { Build } from "./archives";
import { usersOf } from "./debian";
import { copyNode, NODE, nodeIdentity } from "./node-root";

/** Where the program is in the image. */
const APP = "/app";

/** The files of the image. */
const PARTS = ["package.json", "package-lock.json", "src"];

/** Returns how to build the image of a program whose entry point is `src/index.js`. */
export async function nodeAppBuild(folder: string, image: string): Promise<Build> {
  return {
    image,
    identity: [await nodeIdentity(), sourcesIn(folder)],
    config: {
      Entrypoint: [NODE, "src/index.js"],
      Env: ["NODE_ENV=production"],
      User: "10001:10001",
      WorkingDir: APP,
    },
    fill: async (root) => {
      await copyNode(root);
      const app = join(root, APP);
      mkdirSync(app);
      for (const part of PARTS) cpSync(join(folder, part), join(app, part), { recursive: true });
      await execa(
        "npm",
        ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"],
        { cwd: app },
      );
      mkdirSync(join(root, "etc"), { recursive: true });
      for (const [path, content] of Object.entries(usersOf({}))) writeFileSync(join(root, path), content);
      mkdirSync(join(root, "tmp"), { mode: 0o1777 });
    },
  };
}

/** Returns the content of all files of the image, by path. */
function sourcesIn(folder: string): [string, string][] {
  return PARTS.flatMap((part): [string, string][] => {
    if (part !== "src") return [[part, readFileSync(join(folder, part), "utf8")]];
    return readdirSync(join(folder, part), { recursive: true, encoding: "utf8", withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry): [string, string] => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length), readFileSync(path, "utf8")];
      })
      .sort();
  });
}
