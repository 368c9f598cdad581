/** Decides, provider by provider, whether the official plugin can be had; only where it cannot, a stand-in is used. */
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
  sdkVersion,
  standInVersion,
} from "../../../cli/tools/provider-versions/sdk-version";
import { outsidePath } from "../../../cli/tools/toolchain/ensure";
import { executablesOnPath } from "../../../cli/tools/toolchain/search-path";
import { unreachable, usesProxy } from "../../../src/runtime/reach";

export interface Provider {
  name: ProviderName;
  /** As the binary tells it. */
  version: string;
  source: "PATH" | "plugin folder" | "stand-in";
  executable: string;
  /** A folder to add to PATH, for a stand-in. */
  path?: string;
}

/** Pulumi's own home for the embedded world, so that ~/.pulumi is left alone; plugins are kept for all clones. */
export const pulumiHome = (): string => join(cacheFolder(), "pulumi");

export async function chooseProviders(pulumi: string): Promise<Provider[]> {
  const chosen: Provider[] = [];
  for (const name of PROVIDERS) chosen.push(await choose(name, pulumi));
  const standIns = chosen.filter(({ source }) => source === "stand-in").map(({ name }) => name);
  if (standIns.length > 0)
    say(
      `the official Pulumi plugins for ${standIns.join(" and ")} cannot be downloaded here: stand-ins are used`,
    );
  return chosen;
}

async function choose(name: ProviderName, pulumi: string): Promise<Provider> {
  const wanted = sdkVersion(name);
  const program = `pulumi-resource-${name}`;
  const [onPath] = executablesOnPath(program, outsidePath(process.env.PATH ?? ""));
  if (onPath !== undefined)
    return { name, version: await binaryVersion(onPath), source: "PATH", executable: onPath };
  const plugin = join(pulumiHome(), "plugins", `resource-${name}-v${wanted}`);
  const executable = join(plugin, program);
  if (
    existsSync(executable) ||
    adoptPlugin(name, wanted, plugin) ||
    (await installPlugin(name, wanted, pulumi))
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

/** What to say of a provider that is not the one which this project's SDK asks for. */
export function differenceFromSdk(
  { name, version, source, executable }: Provider,
  wanted = sdkVersion(name),
): string | undefined {
  if (source === "stand-in" || version === wanted) return undefined;
  return (
    `${executable} is version ${version}, the SDK of this project is made for ${wanted}: they may not fit together. ` +
    `Install ${wanted}, or take the other one off PATH.`
  );
}

/** Links a plugin that the user's own Pulumi has already installed. */
function adoptPlugin(name: string, version: string, plugin: string): boolean {
  const home = process.env.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const installed = join(home, "plugins", `resource-${name}-v${version}`);
  if (!existsSync(join(installed, `pulumi-resource-${name}`))) return false;
  mkdirSync(join(plugin, ".."), { recursive: true });
  // A link that leads nowhere any more is in the way.
  if (lstatSync(plugin, { throwIfNoEntry: false })) rmSync(plugin, { recursive: true });
  symlinkSync(installed, plugin);
  return true;
}

/** Where the engine looks for plugins. */
const SOURCES = ["get.pulumi.com", "github.com"];

async function installPlugin(name: string, version: string, pulumi: string): Promise<boolean> {
  // Without a network the engine would try again and again for seconds, at every run.
  const tried = SOURCES.map((host) => (usesProxy(host, process.env) ? undefined : unreachable(host, 443)));
  if ((await Promise.all(tried)).every((reason) => reason !== undefined)) return false;
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

/** An interrupted installation must not pass for a plugin. */
function removeUnfinished(name: string, version: string): void {
  const folder = join(pulumiHome(), "plugins", `resource-${name}-v${version}`);
  if (existsSync(folder) && !readdirSync(folder).includes(`pulumi-resource-${name}`))
    rmSync(folder, { recursive: true, force: true });
}
