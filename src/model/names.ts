/** Names that follow from an inventory's names. */
import type { StoreKind } from "./application";
import { factsOf } from "./store-kinds";

/** Helm's limit for a release name; a Service name may have 63 characters, a label value too. */
export const MAX_RELEASE_NAME = 53;

/** Longest name of an application: it is part of namespaces. */
export const MAX_APPLICATION_NAME = 20;

export const DNS_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;

/** `/var/run/apache2` -> `var-run-apache2`: a key that names the same path in every environment. */
export function nameOfPath(path: string): string {
  return path
    .replace(/[^a-zA-Z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .toLowerCase();
}

/** Longest name of a store: what charts and Jobs append to it must fit as well. */
export const MAX_STORE_NAME = 34;

/** Every Service name that a store's chart may make. */
export const storeServices = (name: string, kind: StoreKind): string[] =>
  factsOf(kind).serviceSuffixes.map((suffix) => `${name}${suffix}`);

/** The release of the Job that makes a store's databases and users. */
export const accountsRelease = (store: string) => `${store}-accounts`;

/**
 * The releases of the two Jobs of a rotation: the first lets a new password in, the second lets the old one go. Each
 * generation has its own: a release that is there has succeeded, whatever becomes of a later one.
 */
export const rotationReleases = (store: string, generation: number) => ({
  begin: `${rotationPrefix(store)}${generation}-begin`,
  end: `${rotationPrefix(store)}${generation}-end`,
});

/** What the names of a store's rotations begin with. */
export const rotationPrefix = (store: string) => `${store}-rotate-`;

/** The release of a loader. */
export const loaderRelease = (store: string, loader: string) => `${store}-load-${loader}`;

/** The releases that a store brings besides its own, but for its rotations. */
export const storeJobs = (store: string, loaders: readonly string[]): string[] => [
  accountsRelease(store),
  ...loaders.map((loader) => loaderRelease(store, loader)),
];
