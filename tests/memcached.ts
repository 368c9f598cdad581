/** A store kind that is not built in. Registering this descriptor is all it needs. */
import type { StoreKindDescriptor } from "../src/plan/stores/kind";

declare module "../src/model/application" {
  interface StoreKinds {
    memcached: unknown;
  }
}

export const memcached: StoreKindDescriptor = {
  name: "memcached",
  facts: {
    port: 11211,
    protocol: "memcache",
    serviceSuffixes: ["", "-headless"],
    logins: "one account",
    mayLackPassword: false,
    hasDatabases: false,
    hasUsersPerDatabase: false,
    renamesUsers: false,
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "128Mi" } },
  },
  image: { repository: "docker.io/library/memcached", tag: "1.6.39" },
  timeoutSeconds: 120,
  jobPorts: [11211],
  values: {
    bitnami: () => ({}),
    upstream: ({ secret }) => ({
      port: 11211,
      portName: "memcache",
      env: { MEMCACHED_PASSWORD: { secret, key: "password" } },
      dataPath: "/data",
      probe: { exec: { command: ["sh", "-c", "echo stats | nc 127.0.0.1 11211"] } },
    }),
  },
  endpoint: ({ name, at }) => at(name),
  internalAccounts: () => [],
  secretKeys: (shape, of) => ({ password: of(Object.keys(shape.store.accounts ?? {})[0] as string) }),
  clientVariables: ({ line }) => ({ lines: [line("HOST", "host")], helpers: ["host"] }),
};
