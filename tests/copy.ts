/** Copies of this project without its stack files, which a test may change. */
import { cpSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT } from "../tools/paths";

const PARTS = [
  ...["apps", "charts", "commands", "components", "config", "diff", "explain", "graph", "live", "model"],
  ...[
    "plan",
    "runtime",
    "tools",
    "index.ts",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "Pulumi.yaml",
  ],
];

/** A new temporary folder with the project, and with these of its files besides. */
export function copyOfProject(prefix: string, files: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  copyProject(folder, files);
  return folder;
}

/** Puts the project into a folder, and these of its files besides. */
export function copyProject(folder: string, files: readonly string[] = []): void {
  for (const part of [...PARTS, ...files])
    cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"));
}
