/** Identifies the program of an update, so that a rollback can prove that it runs the same program. */
import { execFileSync } from "node:child_process";
import { existsSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { type Charts, digestOf, listFiles } from "../plan/chart";
import { shortDigest } from "../plan/digest";
import { lockFileOf, packageOf, versionOf } from "../plan/package";

/** The program of an update. */
export interface Provenance {
  /** The version of this package. */
  version: string;
  /** The checked-out git commit, or "none" outside a repository. */
  commit: string;
  /** First 12 hex digits of the SHA-256 over the program's own files. */
  program: string;
}

/**
 * Files and folders that determine what is deployed, unlike tests, docs and tools: in a project that uses the package, and in a
 * clone of the package.
 */
const PROGRAM = ["apps", "charts/lock.yaml", "config/layers", "components", "src", "index.ts"];

/** Returns the provenance of a project. The charts are covered by their digests; `loaded` are additional files of the program. */
export function readProvenance(project: string, charts: Charts, loaded: readonly string[]): Provenance {
  const library = packageOf(project);
  const { microservice, store } = charts;
  const version = versionOf(library);
  const program = shortDigest(
    digestOf(project, programFiles(project, library === project ? [] : loaded)),
    // An installed package is identified by its version.
    ...(library === project ? [] : [version]),
    microservice.digest,
    store.digest,
  );
  return { version, commit: gitCommit(project), program };
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

/** Returns the project's own files that the running program has loaded so far. */
export function loadedFiles(project: string): string[] {
  const root = realpathSync(project);
  return Object.keys(require.cache)
    .filter((path) => path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`))
    .map((path) => join(project, path.slice(root.length)));
}

function programFiles(project: string, loaded: readonly string[]): string[] {
  const lock = lockFileOf(project);
  const own = [...PROGRAM.map((entry) => join(project, entry)), ...(lock === undefined ? [] : [lock])]
    .filter((path) => existsSync(path))
    .flatMap((path) => (statSync(path).isFile() ? [path] : listFiles(path)));
  return [...new Set([...own, ...loaded])].sort();
}
