/** Chooses between the official plugin and, only if that is not available, the stand-in, for each provider. */
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { say, step } from "../../../cli/terminal/progress";
import { cacheFolder, STAND_INS } from "../../../cli/tools/paths";
import { binaryVersion } from "../../../cli/tools/provider-versions/binary-version";
import {
  PROVIDERS,
  type ProviderName,
  STAND_IN,
  sdkVersion,
  standInVersion,
} from "../../../cli/tools/provider-versions/sdk-version";
import { outsidePath } from "../../../cli/tools/toolchain/ensure";
import { executablesOnPath } from "../../../cli/tools/toolchain/search-path";
import { unreachable, usesProxy } from "../../../src/runtime/reach";

export interface Provider {
  name: ProviderName;
  /** Version that the binary reports. */
  version: string;
  source: "PATH" | "plugin folder" | "stand-in";
  executable: string;
  /** A folder to add to PATH, for a stand-in. */
  path?: string;
}

/** Pulumi's home for sandboxes, so that ~/.pulumi is not touched. All projects share its plugins. */
export const pulumiHome = (): string => join(cacheFolder(), "pulumi");

export async function chooseProviders(pulumi: string): Promise<Provider[]> {
  const chosen: Provider[] = [];
  for (const name of PROVIDERS) chosen.push(await choose(name, pulumi));
  return chosen;
}

/** Says which providers are stand-ins. */
export function announceStandIns(chosen: readonly Provider[]): void {
  const standIns = chosen.filter(({ source }) => source === "stand-in").map(({ name }) => name);
  if (standIns.length > 0)
    say(`the official Pulumi plugins for ${standIns.join(" and ")} cannot be downloaded: using stand-ins`);
}

/** Whether a provider is a stand-in, also one that is on PATH. */
export const isStandIn = ({ version }: Pick<Provider, "version">): boolean => version.endsWith(STAND_IN);

async function choose(name: ProviderName, pulumi: string): Promise<Provider> {
  const version = sdkVersion(name);
  const program = `pulumi-resource-${name}`;
  const [onPath] = executablesOnPath(program, outsidePath(process.env.PATH ?? ""));
  if (onPath !== undefined)
    return { name, version: await binaryVersion(onPath), source: "PATH", executable: onPath };
  const plugin = join(pulumiHome(), "plugins", `resource-${name}-v${version}`);
  const executable = join(plugin, program);
  if (
    existsSync(executable) ||
    adoptPlugin(name, version, plugin) ||
    (await installPlugin(name, version, pulumi))
  )
    return { name, version: await binaryVersion(executable), source: "plugin folder", executable };
  const path = join(STAND_INS, name, "bin");
  return {
    name,
    version: standInVersion(name),
    source: "stand-in",
    executable: join(path, program),
    path,
  };
}

/** Returns a warning about a provider whose version is not that of the project's SDK. */
export function differenceFromSdk(
  { name, version, source, executable }: Provider,
  expected = sdkVersion(name),
): string | undefined {
  if (source === "stand-in" || version === expected) return undefined;
  return (
    `${executable} is version ${version}, but the project's SDK needs ${expected}: they may be incompatible. ` +
    `Install ${expected}, or remove the other version from PATH.`
  );
}

/** Links a plugin that the user's own Pulumi has already installed. */
function adoptPlugin(name: string, version: string, plugin: string): boolean {
  const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const installed = join(home, "plugins", `resource-${name}-v${version}`);
  if (!existsSync(join(installed, `pulumi-resource-${name}`))) return false;
  mkdirSync(join(plugin, ".."), { recursive: true });
  // A dangling link would be in the way.
  if (lstatSync(plugin, { throwIfNoEntry: false })) rmSync(plugin, { recursive: true });
  symlinkSync(installed, plugin);
  return true;
}

/** Hosts from which the engine downloads plugins. */
const SOURCES = ["get.pulumi.com", "github.com"];

async function installPlugin(name: string, version: string, pulumi: string): Promise<boolean> {
  // Without a network the engine would retry for seconds in every run.
  const attempts = SOURCES.map((host) => (usesProxy(host, process.env) ? undefined : unreachable(host, 443)));
  if ((await Promise.all(attempts)).every((reason) => reason !== undefined)) return false;
  try {
    await step(`installing the official ${name} plugin ${version}`, () =>
      execa(pulumi, ["plugin", "install", "resource", name, version], {
        env: { PULUMI_HOME: pulumiHome(), PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeout: 300_000,
      }),
    );
    return true;
  } catch {
    return false;
  } finally {
    removeUnfinished(name, version);
  }
}

/** An interrupted installation must not look like a plugin. */
function removeUnfinished(name: string, version: string): void {
  const folder = join(pulumiHome(), "plugins", `resource-${name}-v${version}`);
  if (existsSync(folder) && !readdirSync(folder).includes(`pulumi-resource-${name}`))
    rmSync(folder, { recursive: true, force: true });
}
