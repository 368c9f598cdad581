/** Versions of the providers, as far as this project knows them by itself. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { PROJECT } from "../paths";

export const PROVIDERS = ["kubernetes", "random"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** The version of the SDK package, which names the plugin it needs. */
export function sdkVersion(name: ProviderName): string {
  return (JSON.parse(readFileSync(manifestOf(name), "utf8")) as { version: string }).version;
}

/** What a stand-in says of itself: the version it stands in for, and that it is one. */
export const standInVersion = (name: ProviderName): string => `${sdkVersion(name)}+stand-in`;

/** The project's, wherever its packages are. A stand-in may run outside a project: it is of the same package. */
function manifestOf(name: ProviderName): string {
  const manifest = `@pulumi/${name}/package.json`;
  try {
    return createRequire(join(PROJECT, "package.json")).resolve(manifest);
  } catch {
    return require.resolve(manifest);
  }
}
