/** Names that are derived from the names in an inventory, and their limits. */
import { createHash } from "node:crypto";
import type { Service, StoreKind } from "./application";
import { containersOf } from "./containers";
import { directoriesOf } from "./pod";
import { factsOf } from "./store-kinds";
import type { Program } from "./task";

/** Longest name of a Helm release. Names of Services and values of labels can have 63 characters. */
export const MAX_RELEASE_NAME = 53;

/** Longest name of an application: together with the environment it becomes the name of a namespace. */
export const MAX_APPLICATION_NAME = 40;

/** The shared chart's init container that waits for stores and names. */
export const WAIT_CONTAINER = "wait-for-dependencies";

/** A DNS label that starts with a letter. */
export const DNS_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** Longest key of a path: the shared chart derives the name of a volume from it. */
const MAX_PATH_NAME = 53;

/**
 * Returns a key for a path, such as `var-run-apache2` for `/var/run/apache2`. The key of a long path, or of a path without
 * letters and digits, ends in a hash.
 */
export function nameOfPath(path: string): string {
  const name = path
    .replace(/[^a-zA-Z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .toLowerCase();
  return name !== "" && name.length <= MAX_PATH_NAME ? name : withHash(name, path);
}

function withHash(name: string, path: string, longest = MAX_PATH_NAME): string {
  const hash = createHash("sha256").update(path).digest("hex").slice(0, 12);
  return [name.slice(0, longest - hash.length - 1).replace(/-$/, ""), hash].filter(Boolean).join("-");
}

/** Prefix of the volumes of containers' own directories. */
const OWN = "own-";

/** Returns a function from a container and a path to the name of the volume for that `writable` directory. Names within a pod are unique. */
export function ownVolumesOf(program: Pick<Program, "sidecars" | "initContainers">) {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const longest = MAX_PATH_NAME - OWN.length;
  for (const { name: container, container: described } of containersOf(program))
    for (const { path } of directoriesOf(described.writable)) {
      // No path begins with two slashes, and no name has one.
      const id = `${container}//${path}`;
      const plain = nameOfPath(id);
      const name = taken.has(plain) || plain.length > longest ? withHash(plain, id, longest) : plain;
      taken.add(name);
      names.set(id, `${OWN}${name}`);
    }
  return (container: string, path: string): string => names.get(`${container}//${path}`) as string;
}

/**
 * Returns the keys of the paths that a service mounts. If paths such as `/a_b` and `/a-b` have the same key, all but the first
 * get a hash.
 */
export function keysOfPaths({ writable, files = {} }: Pick<Service, "writable" | "files">) {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  for (const path of [...directoriesOf(writable).map(({ path }) => path), ...Object.keys(files)]) {
    const name = nameOfPath(path);
    const key = taken.has(name) ? withHash(name, path) : name;
    taken.add(key);
    keys.set(path, key);
  }
  return (path: string): string => keys.get(path) ?? nameOfPath(path);
}

/** Longest name of a store: charts and Jobs append suffixes to it. */
export const MAX_STORE_NAME = 34;

/** Names of all Services that the charts of a store can create. */
export const storeServices = (name: string, kind: StoreKind): string[] =>
  factsOf(kind).serviceSuffixes.map((suffix) => `${name}${suffix}`);

/** Release of the Job that creates the databases and users of a store. */
export const accountsRelease = (store: string) => `${store}-accounts`;

/**
 * Releases of the two Jobs of a rotation: the first adds the new passwords, the second removes the old ones. Each generation
 * has its own releases, so an existing release means that its Job succeeded, even if a later rotation fails.
 */
export const rotationReleases = (store: string, generation: number) => ({
  begin: `${rotationPrefix(store)}${generation}-begin`,
  end: `${rotationPrefix(store)}${generation}-end`,
});

/** Prefix of the names of a store's rotation Jobs. */
export const rotationPrefix = (store: string) => `${store}-rotate-`;

/** Release of a loader. */
export const loaderRelease = (store: string, loader: string) => `${store}-load-${loader}`;

/** Releases of the Jobs of a store, except those of its rotations. */
export const storeJobs = (store: string, loaders: readonly string[]): string[] => [
  accountsRelease(store),
  ...loaders.map((loader) => loaderRelease(store, loader)),
];
