/** Finds a tool on PATH and decides whether its version is acceptable. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import execa from "execa";
import { coerce, satisfies } from "semver";
import type { Tool } from "./specification";

export type OnPath =
  | { found: "good"; path: string; version: string }
  | { found: "unfit"; path: string; version: string }
  | { found: "none" };

/** Returns all executables with a name on PATH, in order. */
export function executablesOnPath(name: string, path: string): string[] {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

/** Only the first one on PATH counts: it is the one that a shell would run. */
export async function findOnPath(
  tool: Pick<Tool, "name" | "accepts" | "versionArguments">,
  path: string,
): Promise<OnPath> {
  const [first] = executablesOnPath(tool.name, path);
  if (!first) return { found: "none" };
  if (!tool.versionArguments) return { found: "good", path: first, version: "unknown" };
  const { all } = await execa(first, [...tool.versionArguments], {
    reject: false,
    all: true,
    timeout: 10_000,
  });
  const version = parseVersion(all ?? "");
  if (version === undefined) return { found: "unfit", path: first, version: "unknown" };
  return { found: satisfies(version, tool.accepts) ? "good" : "unfit", path: first, version };
}

/** Returns the first version with three parts: `Client Version: v1.32.4-dispatcher` is 1.32.4. */
export function parseVersion(output: string): string | undefined {
  const match = /\d+\.\d+\.\d+/.exec(output);
  return match ? coerce(match[0])?.version : undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
