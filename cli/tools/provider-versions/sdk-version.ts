/** Versions of the providers, as far as this project knows them by itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../paths";

export const PROVIDERS = ["kubernetes", "random"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** The version of the SDK package, which names the plugin it needs. */
export function sdkVersion(name: ProviderName): string {
  const manifest = join(PROJECT, "node_modules", "@pulumi", name, "package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** What a stand-in says of itself: the version it stands in for, and that it is one. */
export const standInVersion = (name: ProviderName): string => `${sdkVersion(name)}+stand-in`;
