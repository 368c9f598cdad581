/** Which profile a store has, and where its clients reach it by it. */

import type { Settings } from "../../config/schema";
import type { Application, Profile, StoreKind } from "../../model/application";
import { own, STORE_PORTS } from "../../model/graph";

/** Pods of a replicated store: the fewest of which one may be away. */
export const REPLICAS = 3;

/** mongodb's name for the replica set. */
export const REPLICA_SET = "rs0";

/** The stack's namespace. */
export const namespaceOf = (application: Pick<Application, "name">, settings: Settings): string =>
  settings.namespace ?? `${application.name}-${settings.environment}`;

/** The store's own setting, then the stack's, then the environment's habit; `charts/store` knows one pod only. */
export function profileOf(settings: Settings, store: string): Profile {
  const habit =
    settings.environment === "prod" && settings.distribution === "bitnami" ? "replicated" : "standalone";
  return own(settings.stores, store)?.profile ?? settings.profile ?? habit;
}

/** Where clients of a store connect to. */
export interface Endpoint {
  host: string;
  /** For reads that may lag a little. */
  readHost: string;
  port: number;
  /** `host:port` of every member that a client must know. */
  members: readonly string[];
  /** Name of the replica set that a client must name. */
  replicaSet?: string;
}

/** The Services that the charts make (facts/bitnami-stores.md, Endpoints), by kind and profile. */
export function endpointOf(name: string, kind: StoreKind, profile: Profile, namespace: string): Endpoint {
  const { port } = STORE_PORTS[kind];
  const at = (host: string, readHost = host): Endpoint => ({
    host,
    readHost,
    port,
    members: [`${host}:${port}`],
  });
  // Sentinel mode keeps this name on the pod that takes writes; a lone redis has it anyway.
  if (kind === "redis") return at(`${name}-master`);
  if (profile === "standalone" || kind === "rabbitmq") return at(name);
  if (kind === "mysql") return at(`${name}-primary`, `${name}-secondary`);
  // The chart has no address in front of a replica set: a client asks all members, and finds the one that takes writes.
  const headless = `${name}-headless`;
  const members = Array.from(
    { length: REPLICAS },
    (_, index) => `${name}-${index}.${headless}.${namespace}.svc.cluster.local:${port}`,
  );
  return { ...at(headless), members, replicaSet: REPLICA_SET };
}
