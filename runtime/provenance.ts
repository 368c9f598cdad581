/** What program an update ran: so that a rollback can prove that it runs the same one. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

export interface Provenance {
  /** Flotilla's version, from package.json. */
  version: string;
  /** The git commit checked out, or "none" outside a repository. */
  commit: string;
  /** First 12 hex digits of the SHA-256 over the program's own files. */
  program: string;
}

/** What decides what is deployed; tests, docs and tools do not. */
const PROGRAM = [
  "apps",
  "charts",
  "components",
  "config",
  "model",
  "plan",
  "runtime",
  "index.ts",
  "package-lock.json",
];

export function readProvenance(project: string): Provenance {
  const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { version: string };
  return { version, commit: gitCommit(project), program: programDigest(project) };
}

function gitCommit(project: string): string {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: project,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "none";
  }
}

function programDigest(project: string): string {
  const hash = createHash("sha256");
  const files = PROGRAM.flatMap((entry) => filesOf(join(project, entry))).sort();
  for (const file of files) {
    const content = readFileSync(file);
    hash.update(`${relative(project, file).split(sep).join("/")}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

function filesOf(path: string): string[] {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes(`${sep}vendor`))
    .map((entry) => join(entry.parentPath, entry.name));
}
