/** Gets every tool that is asked for: from PATH, else from the cache, else downloaded, else built. */
import { existsSync, mkdirSync } from "node:fs";
import { delimiter, dirname, join, sep } from "node:path";
import { say, step } from "../../terminal/progress";
import { ToolError } from "../failure";
import { cacheFolder, STAND_INS } from "../paths";
import { build } from "./build";
import { download } from "./download";
import { findOnPath } from "./search-path";
import { type Platform, TOOLS, type Tool, type ToolName } from "./specification";

export interface InstalledTool {
  name: ToolName;
  path: string;
  version: string;
  source: "PATH" | "cache";
}

export type Toolchain = Record<string, InstalledTool>;

/** @throws ToolError for the first tool that is not available: which one, what was tried, what to do. */
export async function ensureTools(names: readonly ToolName[]): Promise<Toolchain> {
  const platform = currentPlatform();
  const found: Toolchain = {};
  for (const name of names) found[name] = await once(name, () => ensureTool(TOOLS[name], name, platform));
  return found;
}

const underway = new Map<ToolName, Promise<InstalledTool>>();

/** Two who ask for one tool at the same time wait for the same work; the next to ask looks anew. */
function once(name: ToolName, work: () => Promise<InstalledTool>): Promise<InstalledTool> {
  const begun = underway.get(name) ?? work().finally(() => underway.delete(name));
  underway.set(name, begun);
  return begun;
}

/** Path of a tool that is there already, or undefined: nothing is installed for the asking. */
export async function findTool(name: ToolName): Promise<string | undefined> {
  const onPath = await findOnPath(TOOLS[name], outsidePath(process.env.PATH ?? ""));
  if (onPath.found === "good") return onPath.path;
  const cached = cachedPath(TOOLS[name], currentPlatform());
  return existsSync(cached) ? cached : undefined;
}

/** Where a tool of the cache is: its version and platform are part of the path. */
function cachedPath(tool: Tool, platform: Platform): string {
  return join(
    cacheFolder(),
    "tools",
    `${tool.beside ?? tool.name}-${tool.version}-${platform.os}-${platform.arch}`,
    tool.name,
  );
}

async function ensureTool(tool: Tool, name: ToolName, platform: Platform): Promise<InstalledTool> {
  const tried: string[] = [];
  const onPath = await findOnPath(tool, outsidePath(process.env.PATH ?? ""));
  if (onPath.found === "good") return { name, path: onPath.path, version: onPath.version, source: "PATH" };
  tried.push(
    onPath.found === "none"
      ? "PATH: it is not there"
      : `PATH: ${onPath.path} is version ${onPath.version}, needed is ${tool.accepts}`,
  );
  const target = cachedPath(tool, platform);
  const cached: InstalledTool = { name, path: target, version: tool.version, source: "cache" };
  if (existsSync(target)) return cached;
  mkdirSync(dirname(target), { recursive: true });
  try {
    await step(`downloading ${tool.name} ${tool.version}`, () => download(tool, platform, target));
    return cached;
  } catch (error) {
    tried.push(`download: ${(error as Error).message}`);
    say(`${tool.name} cannot be downloaded (${(error as Error).message}); it is built from source instead`);
  }
  try {
    await step(`building ${tool.name} ${tool.version}`, () => build(tool, target));
    return cached;
  } catch (error) {
    tried.push(`build: ${(error as Error).message}`);
  }
  throw new ToolError(
    `${tool.name} is not available. Tried:\n${tried.map((line) => `  - ${line}`).join("\n")}\n` +
      `Install ${tool.name} ${tool.accepts === "*" ? tool.version : tool.accepts} and put it on PATH, ` +
      "or connect to the internet, or install Go 1.26, and run this again.",
  );
}

/** PATH without the links of a world: a shell inside one must find what a shell outside finds. */
export function outsidePath(path: string): string {
  return path
    .split(delimiter)
    .filter((folder) => !folder.includes(`${sep}.flotilla${sep}`) && !folder.startsWith(STAND_INS))
    .join(delimiter);
}

function currentPlatform(): Platform {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const os = process.platform;
  if ((os !== "linux" && os !== "darwin") || (arch !== "amd64" && arch !== "arm64"))
    throw new ToolError(
      `the embedded cluster runs on Linux and macOS, on x64 and arm64; this is ${process.platform}/${process.arch}`,
    );
  return { os, arch };
}
