/** Finds this package: the folder with the charts, which is a project itself or is in the `node_modules` of one. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const NAME = "flotilla";

/** Returns the nearest matching folder, from a folder upward. */
export function findUpward(from: string, fits: (folder: string) => boolean): string | undefined {
  const folder = resolve(from);
  if (fits(folder)) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : findUpward(parent, fits);
}

/** The folder of the running package, compiled or not. */
export const PACKAGE = findUpward(__dirname, isPackage) ?? resolve(__dirname, "../..");

/**
 * Returns the folder of the package that a project uses. Links are not resolved: package managers link to folders with the
 * version in their name, and paths of charts are part of the state.
 */
export function packageOf(project: string): string {
  if (isPackage(project)) return resolve(project);
  const installed = (folder: string) => join(folder, "node_modules", NAME);
  const owner = findUpward(project, (folder) => isPackage(installed(folder)));
  if (owner !== undefined) return installed(owner);
  // A fork with another package name.
  return existsSync(join(project, "charts", "microservice")) ? resolve(project) : PACKAGE;
}

const LOCK_FILES = ["package-lock.json", "pnpm-lock.yaml", "yarn.lock"];

/** Returns the lock file of a project's packages: its own, or the one of the workspace in the same repository. */
export function lockFileOf(project: string): string | undefined {
  const locksIn = (folder: string) =>
    LOCK_FILES.map((name) => join(folder, name)).filter((path) => existsSync(path));
  const folder = findUpward(project, (above) => locksIn(above).length > 0 || existsSync(join(above, ".git")));
  return folder === undefined ? undefined : locksIn(folder)[0];
}

/** Returns the version of the package in a folder. */
export const versionOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string }).version;

function isPackage(folder: string): boolean {
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest) || !existsSync(join(folder, "charts", "microservice"))) return false;
  return (JSON.parse(readFileSync(manifest, "utf8")) as { name?: unknown }).name === NAME;
}
