/** Where things live: the clone, its world (`.flotilla/`, git-ignored), and the cache shared by all clones. */
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** The clone this code runs from. */
export const PROJECT = resolve(__dirname, "..");

/** The provider stand-ins: one folder each, with an executable in `bin`. */
export const STAND_INS = join(PROJECT, "tools", "providers");

/** Built and downloaded tools, by version: `$XDG_CACHE_HOME/flotilla`, by default `~/.cache/flotilla`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME;
  return join(base?.startsWith("/") ? base : join(homedir(), ".cache"), "flotilla");
}

/** Everything an embedded cluster and its stacks keep on disk; deleting it forgets them. */
export interface World {
  folder: string;
  /** The cluster's own files: certificates, etcd's data, logs. */
  cluster: string;
  kubeconfig: string;
  /** Pulumi's file backend. */
  state: string;
  passphrase: string;
  /** Copies of stack files that lead to the embedded cluster. */
  stacks: string;
  /** Links to the tools in use, for PATH. */
  bin: string;
}

export function worldIn(folder: string): World {
  return {
    folder,
    cluster: join(folder, "cluster"),
    kubeconfig: join(folder, "kubeconfig"),
    state: join(folder, "state"),
    passphrase: join(folder, "passphrase"),
    stacks: join(folder, "stacks"),
    bin: join(folder, "bin"),
  };
}

/** The clone's own world. */
export const worldOfClone = (): World => worldIn(join(PROJECT, ".flotilla"));
