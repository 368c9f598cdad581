/** Where things are: the clone, and the cache that all clones share. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The clone this code runs from. */
export const PROJECT = resolve(__dirname, "../..");

/** The provider stand-ins: one folder each, with an executable in `bin`. */
export const STAND_INS = join(PROJECT, "dev", "sandbox", "providers");

/** Built and downloaded tools, by version: `$XDG_CACHE_HOME/flotilla`, by default `~/.cache/flotilla`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME;
  return join(base?.startsWith("/") ? base : join(homedir(), ".cache"), "flotilla");
}
