/** redis. It has one user with one password, which a restart changes. */
import { resources } from "../../../model/resources";
import type { StoreKindDescriptor } from "../kind";
import { EXPORTER_MEMORY, isReplicated, KUBECTL_RESOURCES, SENTINEL_MEMORY, smallSidecar } from "../store";
import { bitnamiRedis, upstreamRedis } from "./values";

export const redis: StoreKindDescriptor = {
  name: "redis",
  facts: {
    port: 6379,
    protocol: "redis",
    serviceSuffixes: ["", "-headless", "-master", "-metrics"],
    logins: "default user",
    mayLackPassword: true,
    hasDatabases: false,
    hasUsersPerDatabase: false,
    renamesUsers: false,
    resources: resources(["50m", "500m"], ["128Mi", "256Mi"]),
  },
  image: { repository: "docker.io/library/redis", tag: "8.2.1" },
  timeoutSeconds: 300,
  jobPorts: [6379],
  values: { bitnami: bitnamiRedis, upstream: upstreamRedis },
  sidecars: (shape) => [
    ...(shape.metrics ? [smallSidecar(EXPORTER_MEMORY.redis).resources] : []),
    ...(isReplicated(shape) ? [smallSidecar(SENTINEL_MEMORY).resources, KUBECTL_RESOURCES] : []),
  ],
  // In sentinel mode this Service selects the master. A standalone redis has the same name.
  endpoint: ({ name, at }) => at(`${name}-master`),
  internalAccounts: () => ["default"],
  secretKeys: (_, of) => ({ "redis-password": of("default") }),
  clientVariables: ({ store, line }) => {
    const place = [line("HOST", "host"), line("PORT", "port")];
    return store.noPassword === undefined
      ? { lines: [...place, line("PASSWORD", "password", "default")], helpers: ["host", "port", "password"] }
      : { lines: place, helpers: ["host", "port"] };
  },
  passwordRefusal: (shape) =>
    isReplicated(shape)
      ? "its nodes use the password to connect to each other, and they restart one by one"
      : undefined,
  rotationRefusal: (shape) =>
    isReplicated(shape)
      ? "a new password splits the running redis: its nodes use it to connect to each other, and they restart one by one"
      : undefined,
};
