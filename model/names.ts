/** Names that follow from an inventory's names. */
import type { StoreKind } from "./application";

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

/** Host clients of a store use. Bitnami's redis answers on `<name>-master`; the upstream chart takes that name on. */
export function storeHost(name: string, kind: StoreKind): string {
  return kind === "redis" ? `${name}-master` : name;
}

/** Every Service name that a store's chart may make, in either distribution. */
export function storeServices(name: string, kind: StoreKind): string[] {
  return [...new Set([storeHost(name, kind), name, `${name}-headless`])];
}
