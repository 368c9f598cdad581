/** Identifies the program of an update, so that a rollback can prove that it runs the same one. */
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Charts, digestOf, listFiles } from "../plan/chart";
import { shortDigest } from "../plan/digest";

/** The program that an update ran. */
export interface Provenance {
  /** Flotilla's version, from package.json. */
  version: string;
  /** The checked-out git commit, or "none" outside a repository. */
  commit: string;
  /** First 12 hex digits of the SHA-256 over the program's own files. */
  program: string;
}

/** Files and folders that decide what is deployed, unlike tests, docs and tools. */
const PROGRAM = [
  "apps",
  "charts/lock.yaml",
  "components",
  "config/layers",
  "src",
  "index.ts",
  "package-lock.json",
];

/** Returns the provenance of a project. The digests of the charts stand for their files. */
export function readProvenance(project: string, charts: Charts): Provenance {
  const { version } = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as { version: string };
  return { version, commit: gitCommit(project), program: programDigest(project, charts) };
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

function programDigest(project: string, { microservice, store }: Charts): string {
  const files = PROGRAM.map((entry) => join(project, entry)).flatMap((path) =>
    statSync(path).isFile() ? [path] : listFiles(path),
  );
  return shortDigest(digestOf(project, files), microservice.digest, store.digest);
}
