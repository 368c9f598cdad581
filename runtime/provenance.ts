/** What program an update ran: so that a rollback can prove that it runs the same one. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { digestOf, listFiles } from "../plan/chart";

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
  const files = PROGRAM.map((entry) => join(project, entry)).flatMap((path) =>
    statSync(path).isFile() ? [path] : listFiles(path),
  );
  // Charts that were only downloaded are pinned by their lock.
  return digestOf(project, files.filter((file) => !file.includes(`${sep}vendor${sep}`)).sort());
}
