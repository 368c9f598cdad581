/** Where things are: the clone, and the cache that all clones share. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The clone this code runs from. */
export const PROJECT = resolve(__dirname, "../..");

/** Built and downloaded tools, by version: `$XDG_CACHE_HOME/flotilla`, by default `~/.cache/flotilla`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME;
  return join(base?.startsWith("/") ? base : join(homedir(), ".cache"), "flotilla");
}
