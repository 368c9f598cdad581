/** The image of a Node program with its packages, built without Docker. */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import execa from "execa";
import { digestOf, listFiles } from "../../../src/plan/chart";
import type { Build } from "./archives";
import { copyNode, NODE, nodeIdentity } from "./node-root";
import { usersOf, writeFiles } from "./root-files";

/** Where the program is in the image. */
const APP = "/app";

const MANIFESTS = ["package.json", "package-lock.json"];

/** Returns how to build the image of a program whose entry point is `src/index.js`. */
export async function nodeAppBuild(folder: string, image: string): Promise<Build> {
  return {
    image,
    identity: [
      await nodeIdentity(),
      digestOf(folder, [...MANIFESTS.map((file) => join(folder, file)), ...listFiles(join(folder, "src"))]),
    ],
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
      for (const part of [...MANIFESTS, "src"])
        cpSync(join(folder, part), join(app, part), { recursive: true });
      await execa(
        "npm",
        ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"],
        { cwd: app },
      );
      writeFiles(root, usersOf());
      mkdirSync(join(root, "tmp"), { mode: 0o1777 });
    },
  };
}
