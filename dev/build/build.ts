/** `npm run build`: compiles the package into `dist`, with declarations of the public API and the files that commands read. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import execa from "execa";
import { lazily } from "./lazily";

const ROOT = resolve(__dirname, "../..");
const DIST = join(ROOT, "dist");

/** Files that commands read or run directly. */
const DATA = [
  "cli/core/graph/page",
  "cli/template",
  "cli/tools/toolchain/modules",
  "dev/sandbox/images/entrypoints",
  "dev/sandbox/nodes/launch.js",
  "dev/sandbox/providers/launch.js",
  "dev/sandbox/providers/kubernetes/bin",
  "dev/sandbox/providers/random/bin",
];

/** Only programs import the package, so commands need no type declarations. */
const UNTYPED = ["cli", "dev"];

function removeDeclarations(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }))
    if (file.endsWith(".d.ts")) rmSync(join(folder, file));
}

rmSync(DIST, { recursive: true, force: true });
execa.sync("node", [require.resolve("typescript/bin/tsc"), "-p", join(ROOT, "tsconfig.build.json")], {
  stdio: "inherit",
});
for (const folder of UNTYPED) removeDeclarations(join(DIST, folder));
for (const path of DATA) cpSync(join(ROOT, path), join(DIST, path), { recursive: true });
const index = join(DIST, "components", "index.js");
writeFileSync(index, lazily(readFileSync(index, "utf8")));
