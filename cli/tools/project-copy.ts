/** Copies of the project, and the digests of programs. */
import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { join, relative, sep } from "node:path";
import execa from "execa";
import { parse } from "yaml";
import { findUpward } from "../../src/plan/package";
import { PROJECT } from "./paths";

/** Folders that are not part of the program: large, or specific to a machine. */
const LEFT_OUT = [".git", ".flotilla", "node_modules", "tests", "docs"];
/** The folder of a file backend, anywhere in the project. */
const STATE = ".pulumi";

/** Copies the project, so that changes to the copy do not affect it. */
export function copyProject(folder: string): void {
  cpSync(PROJECT, folder, {
    recursive: true,
    filter: (source) => {
      const parts = relative(PROJECT, source).split(sep);
      return !LEFT_OUT.includes(parts[0] as string) && !parts.includes(STATE);
    },
  });
  // In a workspace, node_modules is in a folder above the project.
  const above = findUpward(PROJECT, (parent) => existsSync(join(parent, "node_modules")));
  if (above !== undefined) linkPackages(join(above, "node_modules"), folder);
}

/** Links packages into a folder, if there are any. */
export function linkPackages(modules: string, folder: string): void {
  if (existsSync(modules)) symlinkSync(modules, join(folder, "node_modules"));
}

/** The code that asks a program for its digest: a property of the module that Pulumi runs. */
const ask = (folder: string): string => `require(${JSON.stringify(mainOf(folder))}).digest()`;

/** The path that Pulumi runs: `main` of Pulumi.yaml, or else the folder itself. */
export function mainOf(folder: string): string {
  const { main } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as { main?: string };
  return join(folder, main ?? "");
}

/** The same code for programs of version 0.6 and before. The module paths are those of past commits, so they must not change. */
const ASK_BEFORE_0_7 = `(() => {
  const { readCharts } = require("./plan/chart.ts");
  const { readProvenance } = require("./runtime/provenance.ts");
  return readProvenance(process.cwd(), readCharts(process.cwd())).program;
})()`;

/**
 * Returns the digest of the program in a folder, computed by that program's own code, because older versions may have counted
 * other files as part of the program. Undefined for programs older than the digest.
 */
export async function programIn(folder: string): Promise<string | undefined> {
  const asking = existsSync(join(folder, "runtime", "provenance.ts")) ? ASK_BEFORE_0_7 : ask(folder);
  const configuration = join(folder, "tsconfig.json");
  const script = `
    ${existsSync(configuration) ? `require("ts-node").register({ transpileOnly: true, project: ${JSON.stringify(configuration)} });` : ""}
    process.stdout.write(${asking});`;
  const { exitCode, stdout } = await execa("node", ["-e", script], { cwd: folder, reject: false });
  return exitCode === 0 && /^[0-9a-f]{12}$/.test(stdout) ? stdout : undefined;
}
