/** Resolves the profile of a store, and the address for its clients. */
import { chosenNamespace } from "../../config/namespace";
import type { Settings } from "../../config/schema";
import type { Application, Profile } from "../../model/application";
import { own } from "../../model/graph";
import type { At } from "./kind";
import type { StoreShape } from "./shape";

/** Number of pods of a replicated store: the minimum that tolerates the loss of one. */
export const REPLICAS = 3;

/** Name of a mongodb replica set. */
export const REPLICA_SET = "rs0";

/** Returns the namespace of a stack. */
export const namespaceOf = (application: Pick<Application, "name">, settings: Settings): string =>
  chosenNamespace(settings.namespace).name ?? `${application.name}-${settings.environment}`;

/** Returns the profile of a store: its own setting, the stack's, or the default of the environment. */
export function profileOf(settings: Settings, store: string): Profile {
  const usual =
    settings.environment === "prod" && settings.distribution === "bitnami" ? "replicated" : "standalone";
  return own(settings.stores, store)?.profile ?? settings.profile ?? usual;
}

/** The address of a store for its clients. */
export interface Endpoint {
  host: string;
  /** Host for reads that may be slightly stale. */
  readHost: string;
  port: number;
  /** `host:port` of each member that a client must know. */
  members: readonly string[];
  /** Name of the replica set, if clients need it. */
  replicaSet?: string;
}

/** Returns the replica set option of a mongodb connection string. */
export const replicaSetOption = ({ replicaSet }: Pick<Endpoint, "replicaSet">): string =>
  replicaSet === undefined ? "" : `&replicaSet=${replicaSet}`;

/** Returns the address of a store, from the Services that its charts create. */
export function endpointOf({ name, kind, profile }: StoreShape, namespace: string): Endpoint {
  const { port } = kind.facts;
  const at: At = (host, readHost = host) => ({ host, readHost, port, members: [`${host}:${port}`] });
  return kind.endpoint({ name, profile, namespace, at });
}
