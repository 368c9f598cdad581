/** mongodb. A user has one password, so each generation of a password is a new user. */
import type { Store } from "../../../model/application";
import { own } from "../../../model/graph";
import { resources } from "../../../model/resources";
import { internalAccounts, rotatedAccounts, userName, userOf } from "../../credentials";
import type { StoreKindDescriptor } from "../kind";
import { type Endpoint, REPLICA_SET, REPLICAS, replicaSetOption } from "../profile";
import { olderNames, passwordVariables, previousVariableOf, rotationVariables, variableOf } from "../script";
import type { StoreShape } from "../shape";
import { accountsOfChart, EXPORTER_MEMORY, isReplicated, smallSidecar } from "../store";
import { MONGODB_ACCOUNTS, MONGODB_RESET, MONGODB_ROTATE_BEGIN, MONGODB_ROTATE_END } from "./scripts";
import { bitnamiMongodb, upstreamMongodb } from "./values";

export const mongodb: StoreKindDescriptor = {
  name: "mongodb",
  facts: {
    port: 27017,
    protocol: "mongodb",
    serviceSuffixes: ["", "-headless", "-metrics"],
    logins: "accounts",
    mayLackPassword: true,
    hasDatabases: true,
    // mongodb.com: "Naming Restrictions" (on Unix: no slashes, dots, quotes and dollars, fewer than 64 characters).
    databases: { max: 63, reserved: /^(local|config)$/i, dots: false, ignoresCase: true },
    hasUsersPerDatabase: true,
    renamesUsers: true,
    resources: resources(["100m", "2"], ["512Mi", "1Gi"]),
  },
  image: { repository: "docker.io/library/mongo", tag: "8.0.13" },
  timeoutSeconds: 600,
  jobPorts: [27017],
  values: { bitnami: bitnamiMongodb, upstream: upstreamMongodb },
  sidecars: ({ metrics }) => (metrics ? [smallSidecar(EXPORTER_MEMORY.mongodb).resources] : []),
  endpoint: ({ name, profile, namespace, at }) => {
    if (profile === "standalone") return at(name);
    // The chart has no Service for the whole replica set: clients connect to all members and find the primary.
    const headless = at(`${name}-headless`);
    const members = Array.from(
      { length: REPLICAS },
      (_, index) => `${name}-${index}.${headless.host}.${namespace}.svc.cluster.local:${headless.port}`,
    );
    return { ...headless, members, replicaSet: REPLICA_SET };
  },
  internalAccounts: ({ metrics }) => ["root", ...(metrics ? ["metrics"] : [])],
  clusterKey: { account: "replica-set-key", profiles: ["replicated"] },
  secretKeys: (shape, of) => ({
    "mongodb-root-password": of("root"),
    // The passwords are in one key, separated by commas, in the order of `auth.usernames`.
    ...(accountsOfChart(shape).length === 0
      ? {}
      : {
          "mongodb-passwords": accountsOfChart(shape).flatMap(({ key }, index) =>
            index === 0 ? of(key) : [",", ...of(key)],
          ),
        }),
    ...(isReplicated(shape) ? { "mongodb-replica-set-key": of("replica-set-key") } : {}),
    ...(shape.metrics ? { "mongodb-metrics-password": of("metrics") } : {}),
  }),
  accountsWork: (shape, address) => {
    const exporters = internalAccounts(shape).filter((key) => key === "metrics");
    const accounts = Object.keys(shape.store.accounts ?? {});
    const users = ["root", ...accounts, ...exporters].map((account) => ({
      ...loginIn(shape, account),
      ...(account === "root" ? {} : { roles: rolesOf(shape.store, account) }),
    }));
    return {
      script: { runner: "mongosh", text: MONGODB_ACCOUNTS },
      env: { ...placeOf(address), USERS: JSON.stringify(users) },
      secretEnv: passwordVariables(shape, ["root", ...exporters, ...accounts]),
    };
  },
  rotationWork: (shape, before, address) => {
    const accounts = rotatedAccounts(shape);
    const users = accounts.map((account) => {
      const nameIn = (generation: typeof shape) =>
        userName(generation, account, userOf(shape.store, account));
      return {
        username: nameIn(shape),
        previous: nameIn(before),
        older: olderNames(shape, nameIn),
        database: databaseOf(shape.store, account),
        variable: variableOf(account),
        roles: rolesOf(shape.store, account),
        ...(account === "root" ? { previousVariable: previousVariableOf(account) } : {}),
      };
    });
    return {
      begin: { runner: "mongosh", text: MONGODB_ROTATE_BEGIN },
      end: { runner: "mongosh", text: MONGODB_ROTATE_END },
      env: { ...placeOf(address), USERS: JSON.stringify(users) },
      secretEnv: rotationVariables(shape, before),
    };
  },
  clientVariables: ({ target, store, account, prefix }) => {
    const name = JSON.stringify(target);
    if (store.noPassword !== undefined)
      // The replica set option starts with `&`, and some drivers refuse an empty option before it.
      return {
        lines: [
          `${prefix}_URL: text\`mongodb://\${members(${name})}/${account}?appName=${account}\${replicaSet(${name})}\`,`,
        ],
        helpers: ["members", "replicaSet", "text"],
      };
    const of = (helper: string) => `\${${helper}(${name}, ${JSON.stringify(account)})}`;
    const options = `?authSource=${account}\${replicaSet(${name})}`;
    const url = `mongodb://${of("username")}:${of("password")}@\${members(${name})}/${account}${options}`;
    return {
      lines: [`${prefix}_URL: text\`${url}\`,`],
      helpers: ["members", "password", "replicaSet", "text", "username"],
    };
  },
  passwordRefusal: (shape, had) => {
    if (isReplicated(shape))
      return "its members use a key to connect to each other, and they restart one by one";
    return had ? undefined : "its data has no users, and the first user is only created on an empty volume";
  },
  reset: {
    places: {
      bitnami: { mount: "/bitnami/mongodb", data: "/bitnami/mongodb/data/db" },
      upstream: { mount: "/data/db", data: "/data/db" },
    },
    claims: ({ name }, distribution) => [`${distribution === "bitnami" ? "datadir" : "data"}-${name}-0`],
    profiles: ["standalone"],
    work: (shape, accounts) => {
      const users = accounts.map((account) => ({
        ...loginIn(shape, account),
        roles: rolesOf(shape.store, account),
      }));
      return { env: { USERS: JSON.stringify(users) }, script: MONGODB_RESET };
    },
  },
};

/** Returns the user of an account, its database, and the variable with its password. */
const loginIn = (shape: StoreShape, account: string) => ({
  username: userName(shape, account, userOf(shape.store, account)),
  database: databaseOf(shape.store, account),
  variable: variableOf(account),
});

const databaseOf = (store: Store, account: string): string =>
  own(store.accounts ?? {}, account)?.database ?? "admin";

/** Returns the roles of an account. The exporter has the roles that Bitnami's image gives it. */
function rolesOf(store: Store, account: string): { role: string; db: string }[] {
  const database = own(store.accounts ?? {}, account)?.database;
  if (database !== undefined) return [{ role: "readWrite", db: database }];
  if (account === "root") return [{ role: "root", db: "admin" }];
  return [
    { role: "clusterMonitor", db: "admin" },
    { role: "read", db: "local" },
  ];
}

const placeOf = (address: Endpoint) => ({
  MEMBERS: address.members.join(","),
  OPTIONS: replicaSetOption(address),
});
