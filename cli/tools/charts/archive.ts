/** Archives of charts: fetched by helm, read without it. */
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import execa from "execa";
import { parse } from "yaml";
import { ToolError } from "../failure";
import { helm } from "../helm";
import { inTemporaryFolder } from "../temporary";

/** How to reach a registry besides; tests add `--plain-http`. */
export type HelmArguments = readonly string[];

/** Fetches an exact version into `target`. @throws ToolError with helm's words and what to do. */
export async function pullArchive(
  url: string,
  version: string,
  target: string,
  further: HelmArguments = [],
): Promise<void> {
  const parent = dirname(target);
  mkdirSync(parent, { recursive: true });
  await inTemporaryFolder(parent, async (folder) => {
    await ask(url, ["pull", url, "--version", version, "--destination", folder, ...further]);
    const [file] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    if (file === undefined) throw new ToolError(`helm fetched no archive from ${url} ${version}`);
    renameSync(join(folder, file), target);
  });
}

/** The newest version in a registry. @throws ToolError with helm's words and what to do. */
export async function newestVersion(url: string, further: HelmArguments = []): Promise<string> {
  const chart = parse(await ask(url, ["show", "chart", url, ...further])) as { version: string };
  return chart.version;
}

async function ask(url: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await execa(await helm(), [...args], { reject: false });
  if (exitCode === 0) return stdout;
  const reason = stderr.trim().split("\n").at(-1) ?? `exit code ${exitCode}`;
  throw new ToolError(
    `${url}: ${reason}\n  Connect to the registry's network; a registry with a login wants: helm registry login`,
  );
}

/** A file of an archive, as YAML; undefined when it has none of this name at its top. */
export async function readFromArchive<T>(archive: string, name: string): Promise<T | undefined> {
  const { stdout: list } = await execa("tar", ["-tzf", archive]);
  const member = list.split("\n").find((path) => path.split("/").length === 2 && path.endsWith(`/${name}`));
  if (member === undefined) return undefined;
  const { stdout } = await execa("tar", ["-xzOf", archive, member]);
  return parse(stdout) as T;
}
