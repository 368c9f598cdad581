/** Gets tools: from PATH, else from the cache, else downloaded, else built. */
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

/** @throws ToolError for the first tool that is not available, with what was tried and what to do. */
export async function ensureTools(names: readonly ToolName[]): Promise<Toolchain> {
  const platform = currentPlatform();
  const found: Toolchain = {};
  for (const name of names) found[name] = await once(name, () => ensureTool(TOOLS[name], name, platform));
  return found;
}

const pending = new Map<ToolName, Promise<InstalledTool>>();

/** Concurrent requests for one tool share the same work; later requests start again. */
function once(name: ToolName, work: () => Promise<InstalledTool>): Promise<InstalledTool> {
  const started = pending.get(name) ?? work().finally(() => pending.delete(name));
  pending.set(name, started);
  return started;
}

/** Returns the path of an installed tool, or undefined. Installs nothing. */
export async function findTool(name: ToolName): Promise<string | undefined> {
  const onPath = await findOnPath(TOOLS[name], outsidePath(process.env.PATH ?? ""));
  if (onPath.found === "good") return onPath.path;
  const cached = cachedPath(TOOLS[name], currentPlatform());
  return existsSync(cached) ? cached : undefined;
}

/** The path of a tool in the cache, with its version and platform. */
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
      ? "PATH: not found"
      : `PATH: ${onPath.path} is version ${onPath.version}, but ${tool.accepts} is required`,
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
    say(`cannot download ${tool.name} (${(error as Error).message}); building it from source instead`);
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

/** PATH without the sandbox's own folders, so that a shell inside the sandbox finds the same tools as one outside. */
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
      `the sandbox and its tools run on Linux and macOS, on x64 and arm64; this is ${process.platform}/${process.arch}`,
    );
  return { os, arch };
}
