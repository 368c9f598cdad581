/** Copies of this project without stack files, which a test may change, and other Pulumi programs. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { PROJECT } from "../cli/tools/paths";
import { stackFileName } from "../src/config/stack-names";

const PARTS = [
  ...["apps", "charts", "cli", "components", "config", "dev", "src"],
  ...["index.ts", "package.json", "package-lock.json", "tsconfig.json", "Pulumi.yaml"],
];

/** Returns a new temporary folder with a copy of the project, including the additional `files`. */
export function copyOfProject(prefix: string, files: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  copyProject(folder, files);
  return folder;
}

/** Copies the project into a folder, including the additional `files`. */
export function copyProject(folder: string, files: readonly string[] = []): void {
  for (const part of [...PARTS, ...files])
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
}

/** Replaces the catalogue of a project. */
export function writeCatalogue(folder: string, source: string): void {
  rmSync(join(folder, "apps"), { recursive: true });
  mkdirSync(join(folder, "apps"));
  writeFileSync(join(folder, "apps", "index.ts"), source);
}

/** Writes a stack file from settings without prefix. */
export function writeStackFile(folder: string, stack: string, settings: Record<string, unknown>): void {
  const config = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`flotilla:${key}`, value]),
  );
  writeFileSync(join(folder, stackFileName(stack)), stringify({ config }));
}

/** Writes a Pulumi program that consists of one JavaScript file. */
export function writeProgram(folder: string, name: string, source: string): void {
  const runtime = { name: "nodejs", options: { typescript: false } };
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name, runtime }));
  writeFileSync(join(folder, "package.json"), "{}");
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "index.js"), source);
}
