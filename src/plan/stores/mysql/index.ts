/** mysql. Users keep their names, and have two passwords during a rotation. */
import type { Store } from "../../../model/application";
import { resources } from "../../../model/resources";
import { internalAccounts, rotatedAccounts, userName, userOf } from "../../credentials";
import type { SecretText } from "../../plan";
import type { StoreKindDescriptor } from "../kind";
import { REPLICAS } from "../profile";
import { passwordVariables, previousVariableOf, rotationVariables, variableOf } from "../script";
import { accountsOfChart, EXPORTER_MEMORY, isPlain, isReplicated, smallSidecar } from "../store";
import { mysqlAccounts, mysqlReset, mysqlRotateBegin, mysqlRotateEnd } from "./scripts";
import { bitnamiMysql, REPLICATION_USER, upstreamMysql } from "./values";

export const mysql: StoreKindDescriptor = {
  name: "mysql",
  facts: {
    port: 3306,
    protocol: "mysql",
    serviceSuffixes: [
      "",
      "-headless",
      "-primary",
      "-primary-headless",
      "-secondary",
      "-secondary-headless",
      "-metrics",
    ],
    logins: "accounts",
    mayLackPassword: false,
    hasDatabases: true,
    // dev.mysql.com: "Identifier Length Limits", "Reserved Accounts", "Description of the MySQL Data Directory".
    users: { max: 32, reserved: /^mysql\./ },
    databases: { max: 64, reserved: /^(mysql|sys|information_schema|performance_schema|ndbinfo)$/i },
    hasUsersPerDatabase: false,
    renamesUsers: false,
    resources: resources(["100m", "2"], ["512Mi", "1Gi"]),
  },
  image: { repository: "docker.io/library/mysql", tag: "9.4.0" },
  timeoutSeconds: 600,
  jobPorts: [3306],
  values: { bitnami: bitnamiMysql, upstream: upstreamMysql },
  sidecars: ({ metrics }) => (metrics ? [smallSidecar(EXPORTER_MEMORY.mysql).resources] : []),
  endpoint: ({ name, profile, at }) =>
    profile === "standalone" ? at(name) : at(`${name}-primary`, `${name}-secondary`),
  internalAccounts: (shape) => ["root", ...(isReplicated(shape) ? ["replication"] : [])],
  secretKeys: (shape, of) => ({
    "mysql-root-password": of("root"),
    // Bitnami's chart requires the key even if it creates no account.
    "mysql-password": ofFirst(accountsOfChart(shape)[0]?.key, of),
    ...(isReplicated(shape) ? { "mysql-replication-password": of("replication") } : {}),
  }),
  accountsWork: (shape, { host }) => {
    const accounts = Object.entries(shape.store.accounts ?? {}).map(
      ([key, { username, database, credential }]) => ({
        username: userName(shape, key, username),
        database: database as string,
        variable: variableOf(key),
        isPlain: !("fixed" in credential) || isPlain(credential.fixed),
      }),
    );
    return {
      script: { runner: "bash", text: mysqlAccounts(accounts) },
      env: { HOST: host, PORT: "3306" },
      secretEnv: passwordVariables(shape, ["root", ...Object.keys(shape.store.accounts ?? {})]),
    };
  },
  rotationWork: (shape, before, { host }) => {
    const accounts = rotatedAccounts(shape);
    const hasReplication = internalAccounts(shape).includes("replication");
    const rotation = {
      users: accounts.map((account) => ({
        username: mysqlUser(shape.store, account),
        variable: variableOf(account),
        previousVariable: previousVariableOf(account),
      })),
      secondaries: hasReplication
        ? Array.from(
            { length: REPLICAS - 1 },
            (_, index) => `${shape.name}-secondary-${index}.${shape.name}-secondary-headless`,
          )
        : [],
      ...(hasReplication ? { replicationVariable: variableOf("replication") } : {}),
    };
    return {
      begin: { runner: "bash", text: mysqlRotateBegin(rotation) },
      end: { runner: "bash", text: mysqlRotateEnd(rotation) },
      env: { HOST: host, PORT: "3306" },
      secretEnv: rotationVariables(shape, before),
    };
  },
  clientVariables: ({ account, prefix, line }) => ({
    lines: [
      line("HOST", "host"),
      line("PORT", "port"),
      `${prefix}_DATABASE: ${JSON.stringify(account)},`,
      line("USERNAME", "username", account),
      line("PASSWORD", "password", account),
    ],
    helpers: ["host", "port", "username", "password"],
  }),
  reset: {
    places: {
      bitnami: { mount: "/bitnami/mysql", data: "/bitnami/mysql/data" },
      upstream: { mount: "/var/lib/mysql", subPath: "data", data: "/var/lib/mysql" },
    },
    claims: (shape, distribution) =>
      distribution === "bitnami" && isReplicated(shape)
        ? [
            `data-${shape.name}-primary-0`,
            ...Array.from({ length: REPLICAS - 1 }, (_, index) => `data-${shape.name}-secondary-${index}`),
          ]
        : [`data-${shape.name}-0`],
    profiles: ["standalone", "replicated"],
    work: ({ store }, accounts) => ({
      env: {},
      script: mysqlReset({
        users: accounts.map((account) => ({
          username: mysqlUser(store, account),
          variable: variableOf(account),
        })),
        ...(accounts.includes("replication") ? { replicationVariable: variableOf("replication") } : {}),
      }),
    }),
  },
};

const ofFirst = (key: string | undefined, of: (account: string) => SecretText): SecretText =>
  key === undefined ? ["unused"] : of(key);

/** Returns the user name of an account. */
const mysqlUser = (store: Store, account: string): string =>
  account === "replication" ? REPLICATION_USER : userOf(store, account);
