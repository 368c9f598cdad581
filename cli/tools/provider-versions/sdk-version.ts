/** The provider versions that this project needs. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PROJECT } from "../paths";

export const PROVIDERS = ["kubernetes", "random"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** The version of the SDK package, which is also that of the plugin it needs. */
export function sdkVersion(name: ProviderName): string {
  return (JSON.parse(readFileSync(manifestOf(name), "utf8")) as { version: string }).version;
}

/** Marks the version of a stand-in. */
export const STAND_IN = "+stand-in";

/** The version that a stand-in reports: the one it replaces, marked as a stand-in. */
export const standInVersion = (name: ProviderName): string => `${sdkVersion(name)}${STAND_IN}`;

/** The manifest in the project's packages. A stand-in may run outside a project and then uses this package's. */
function manifestOf(name: ProviderName): string {
  const manifest = `@pulumi/${name}/package.json`;
  try {
    return createRequire(join(PROJECT, "package.json")).resolve(manifest);
  } catch {
    return require.resolve(manifest);
  }
}
