/** Programs beside the working tree: a copy of it, and which program a folder holds. */
import { cpSync, existsSync, readFileSync, symlinkSync } from "node:fs";
import { join, relative, sep } from "node:path";
import execa from "execa";
import { parse } from "yaml";
import { findUpward } from "../../src/plan/package";
import { PROJECT } from "./paths";

/** What is no part of the program: it is large, or belongs to a machine. */
const LEFT_OUT = [".git", ".flotilla", "node_modules", "tests", "docs"];
/** The state of a file backend, wherever in the project it is. */
const STATE = ".pulumi";

/** Copies the project, so that what is written there is not written here. */
export function copyProject(folder: string): void {
  cpSync(PROJECT, folder, {
    recursive: true,
    filter: (source) => {
      const parts = relative(PROJECT, source).split(sep);
      return !LEFT_OUT.includes(parts[0] as string) && !parts.includes(STATE);
    },
  });
  // A workspace keeps the packages of its projects in a folder above them.
  const above = findUpward(PROJECT, (parent) => existsSync(join(parent, "node_modules")));
  if (above !== undefined) linkPackages(join(above, "node_modules"), folder);
}

/** Links packages into a folder, if there are any. */
export function linkPackages(modules: string, folder: string): void {
  if (existsSync(modules)) symlinkSync(modules, join(folder, "node_modules"));
}

/** How a program says its digest: what Pulumi itself runs has it as a property of what it exports. */
const ask = (folder: string): string => `require(${JSON.stringify(mainOf(folder))}).digest()`;

/** What Pulumi runs of a project: what Pulumi.yaml names, or else the folder itself. */
export function mainOf(folder: string): string {
  const { main } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as { main?: string };
  return join(folder, main ?? "");
}

/** The same for programs of version 0.6 and before. Their modules keep these places, since their commits do not change. */
const ASK_BEFORE_0_7 = `(() => {
  const { readCharts } = require("./plan/chart.ts");
  const { readProvenance } = require("./runtime/provenance.ts");
  return readProvenance(process.cwd(), readCharts(process.cwd())).program;
})()`;

/**
 * The digest of the program in a folder, as it records it itself when it is deployed: by its own code, for what belongs
 * to the program may have been other files then. Undefined for a program from before there was such a digest.
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
