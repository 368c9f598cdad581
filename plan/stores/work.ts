/** What Jobs do inside a store of each kind: the script, the program that runs it, and the variables it reads. */
import type { Store } from "../../model/application";
import { own } from "../../model/graph";
import { credentialName, internalAccounts, rotatedAccounts, userName } from "../credentials";
import type { SecretText } from "../plan";
import { REPLICAS } from "./profile";
import { MONGODB_ROTATE_BEGIN, MONGODB_ROTATE_END } from "./scripts/mongodb";
import { type MysqlRotation, mysqlRotateBegin, mysqlRotateEnd } from "./scripts/mysql";
import { RABBITMQ_ROTATE_BEGIN, RABBITMQ_ROTATE_END } from "./scripts/rabbitmq";
import type { StoreShape } from "./shape";

/** A script, and the program that runs it. */
export interface Script {
  text: string;
  runner: "bash" | "mongosh";
}

/** Runs a script in a store's own image. */
export function commandOf({ text, runner }: Script): {
  command: string[];
  args: string[];
  files?: Record<string, string>;
} {
  return runner === "bash"
    ? { command: ["bash", "-euo", "pipefail", "-c"], args: [text] }
    : {
        command: ["mongosh", "--nodb", "--quiet", "--norc"],
        args: ["/flotilla/script.js"],
        files: { "/flotilla/script.js": text },
      };
}

export const replicaSetOption = (replicaSet: string | undefined): string =>
  replicaSet === undefined ? "" : `&replicaSet=${replicaSet}`;

interface Work {
  begin: Script;
  end: Script;
  env: Record<string, string>;
  secretEnv: Record<string, SecretText>;
}

/** The two scripts of a rotation, and what they read. */
export function rotationWork(
  shape: StoreShape,
  address: { HOST: string; MEMBERS: string; OPTIONS: string },
): Work {
  const { store, name } = shape;
  const before: StoreShape = { ...shape, generation: shape.generation - 1 };
  const now = (account: string): SecretText => [{ credential: credentialName(shape, account) }];
  const previous = (account: string): SecretText => [{ credential: credentialName(before, account) }];
  const accounts = rotatedAccounts(shape);
  const passwords = Object.fromEntries(
    accounts.flatMap((account) => [
      [variableOf(account), now(account)],
      [previousVariableOf(account), previous(account)],
    ]),
  );
  const { HOST, MEMBERS, OPTIONS } = address;
  switch (store.kind) {
    case "mysql": {
      const hasReplication = internalAccounts(shape).includes("replication");
      const rotation: MysqlRotation = {
        users: accounts.map((account) => ({
          username: mysqlUser(store, account),
          variable: variableOf(account),
          previousVariable: previousVariableOf(account),
        })),
        secondaries: hasReplication
          ? Array.from(
              { length: REPLICAS - 1 },
              (_, index) => `${name}-secondary-${index}.${name}-secondary-headless`,
            )
          : [],
        ...(hasReplication ? { replicationVariable: variableOf("replication") } : {}),
      };
      return {
        begin: { runner: "bash", text: mysqlRotateBegin(rotation) },
        end: { runner: "bash", text: mysqlRotateEnd(rotation) },
        env: { HOST, PORT: "3306" },
        secretEnv: passwords,
      };
    }
    case "mongodb": {
      const users = accounts.map((account) => ({
        username: userName(shape, account, mongodbUser(store, account)),
        previous: userName(before, account, mongodbUser(store, account)),
        older: olderNames(shape, account, mongodbUser(store, account)),
        database: own(store.accounts ?? {}, account)?.database ?? "admin",
        variable: variableOf(account),
        roles: mongodbRoles(store, account),
        ...(account === "root" ? { previousVariable: previousVariableOf(account) } : {}),
      }));
      return {
        begin: { runner: "mongosh", text: MONGODB_ROTATE_BEGIN },
        end: { runner: "mongosh", text: MONGODB_ROTATE_END },
        env: { MEMBERS, OPTIONS, USERS: JSON.stringify(users) },
        secretEnv: passwords,
      };
    }
    default: {
      // rabbitmq takes exactly one account.
      const [account] = accounts as [string];
      const username = own(store.accounts ?? {}, account)?.username ?? account;
      return {
        begin: { runner: "bash", text: RABBITMQ_ROTATE_BEGIN },
        end: { runner: "bash", text: RABBITMQ_ROTATE_END },
        env: {
          HOST,
          USERNAME: userName(shape, account, username),
          PREVIOUS_USERNAME: userName(before, account, username),
          OLDER: olderNames(shape, account, username).join(" "),
        },
        secretEnv: { PASSWORD: now(account), PREVIOUS_PASSWORD: previous(account) },
      };
    }
  }
}

/** What an account was called in all generations before this one: an earlier end may have been missed. */
const olderNames = (shape: StoreShape, account: string, name: string): string[] =>
  Array.from({ length: shape.generation - 1 }, (_, index) =>
    userName({ ...shape, generation: index + 1 }, account, name),
  );

/** Name of the environment variable with an account's password; the internal accounts have names no account can have. */
export const variableOf = (account: string): string =>
  `${account.replaceAll("-", "_").toUpperCase()}_PASSWORD`;

const previousVariableOf = (account: string): string => `${variableOf(account)}_BEFORE`;

/** Users that the charts make by themselves. */
export const REPLICATION_USER = "replicator";

export const mysqlUser = (store: Store, account: string): string =>
  account === "replication" ? REPLICATION_USER : (own(store.accounts ?? {}, account)?.username ?? account);

/** What a user of mongodb may do: an account in its own database, the exporter what Bitnami's image gives it. */
export function mongodbRoles(store: Store, account: string): { role: string; db: string }[] {
  const database = own(store.accounts ?? {}, account)?.database;
  if (database !== undefined) return [{ role: "readWrite", db: database }];
  if (account === "root") return [{ role: "root", db: "admin" }];
  return [
    { role: "clusterMonitor", db: "admin" },
    { role: "read", db: "local" },
  ];
}

export const mongodbUser = (store: Store, account: string): string =>
  own(store.accounts ?? {}, account)?.username ?? account;
