/** Chart archives: fetched with helm, read without it. */
import { mkdirSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import execa from "execa";
import { parse } from "yaml";
import { ToolError } from "../failure";
import { helm } from "../helm";
import { inTemporaryFolder } from "../temporary";

/** Additional arguments for reaching a registry; tests add `--plain-http`. */
export type HelmArguments = readonly string[];

/** Fetches an exact version into `target`. @throws ToolError with helm's message and what to do. */
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

/** Returns the newest version in a registry. @throws ToolError with helm's message and what to do. */
export async function newestVersion(url: string, further: HelmArguments = []): Promise<string> {
  const chart = parse(await ask(url, ["show", "chart", url, ...further])) as { version: string };
  return chart.version;
}

async function ask(url: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await execa(await helm(), [...args], { reject: false });
  if (exitCode === 0) return stdout;
  const reason = stderr.trim().split("\n").at(-1) ?? `exit code ${exitCode}`;
  throw new ToolError(
    `${url}: ${reason}\n  Check your connection to the registry. If it requires a login: helm registry login`,
  );
}

/** Reads a YAML file at the top level of a chart archive; undefined if it does not exist. */
export async function readFromArchive<T>(archive: string, name: string): Promise<T | undefined> {
  const { stdout: list } = await execa("tar", ["-tzf", archive]);
  const member = list.split("\n").find((path) => path.split("/").length === 2 && path.endsWith(`/${name}`));
  if (member === undefined) return undefined;
  const { stdout } = await execa("tar", ["-xzOf", archive, member]);
  return parse(stdout) as T;
}
