/** Reads what this machine offers for a real node. */
import { existsSync, statfsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { ToolError } from "../../../cli/tools/failure";
import { outsidePath } from "../../../cli/tools/toolchain/ensure";
import { executablesOnPath } from "../../../cli/tools/toolchain/search-path";
import { machineCgroups } from "./cgroups";
import { CNI_FOLDERS, CNI_PLUGINS, type Machine, obstacle, PROGRAMS } from "./requirements";

/** PATH of the daemons. A user's PATH may lack the folders of system programs. */
export const daemonPath = (): string =>
  [outsidePath(process.env.PATH ?? ""), "/usr/local/sbin", "/usr/sbin", "/sbin"].join(delimiter);

export const cniFolder = (): string | undefined =>
  CNI_FOLDERS.find((folder) => CNI_PLUGINS.every((plugin) => existsSync(join(folder, plugin))));

/** Returns the path of a program that was required. */
export const programPath = (name: string): string => executablesOnPath(name, daemonPath())[0] ?? name;

/** The folder itself, or the nearest one above it. */
const existingOf = (folder: string): string => (existsSync(folder) ? folder : existingOf(dirname(folder)));

function readMachine(folder: string): Machine {
  const isLinux = process.platform === "linux";
  const { bavail, bsize } = statfsSync(existingOf(folder));
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    missing: Object.keys(PROGRAMS).filter((name) => executablesOnPath(name, daemonPath()).length === 0),
    hasCniPlugins: cniFolder() !== undefined,
    cgroups: isLinux ? machineCgroups() : { version: "none", controllers: [] },
    freeBytes: bavail * bsize,
  };
}

/** @throws ToolError if this machine cannot run a real node. */
export function requireRealNodes(folder: string): void {
  const reason = obstacle(readMachine(folder));
  if (reason !== undefined) throw new ToolError(reason);
}
