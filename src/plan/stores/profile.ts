/** Which profile a store has, and where its clients reach it by it. */
import type { Settings } from "../../config/schema";
import type { Application, Profile } from "../../model/application";
import { own } from "../../model/graph";
import type { At } from "./kind";
import type { StoreShape } from "./shape";

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

/** What a mongodb's connection string needs of its replica set. */
export const replicaSetOption = ({ replicaSet }: Pick<Endpoint, "replicaSet">): string =>
  replicaSet === undefined ? "" : `&replicaSet=${replicaSet}`;

/** Where clients of a store connect to: the Services that its charts create. */
export function endpointOf({ name, kind, profile }: StoreShape, namespace: string): Endpoint {
  const { port } = kind.facts;
  const at: At = (host, readHost = host) => ({ host, readHost, port, members: [`${host}:${port}`] });
  return kind.endpoint({ name, profile, namespace, at });
}
