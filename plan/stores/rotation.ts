/**
 * The two Jobs of a rotation. Begin lets the new password in beside the old one; then the Secrets change, the store and
 * its clients restart with the new one; end takes the old one away. Each step comes after the one before it has
 * succeeded, and both passwords work until the last: wherever an update stops, what runs goes on, and the next update
 * goes on from there.
 */
import type { Settings } from "../../config/schema";
import type { Application, Store } from "../../model/application";
import { own } from "../../model/graph";
import { rotationReleases } from "../../model/names";
import type { Charts } from "../chart";
import {
  credentialName,
  internalAccounts,
  previousCredentials,
  rotatedAccounts,
  type StoreShape,
  shapeOf,
  userName,
} from "../credentials";
import { type Deployed, isRotating, wasRotated } from "../deployed";
import { addressOf } from "../hosts";
import { planJob } from "../job";
import type { CredentialPlan, ReleasePlan, SecretPlan, SecretText } from "../plan";
import { storeImage } from "./images";
import { REPLICAS } from "./profile";
import { MONGODB_ROTATE_BEGIN, MONGODB_ROTATE_END } from "./scripts/mongodb";
import { type MysqlRotation, mysqlRotateBegin, mysqlRotateEnd } from "./scripts/mysql";
import { RABBITMQ_ROTATE_BEGIN, RABBITMQ_ROTATE_END } from "./scripts/rabbitmq";

/** Seconds a Job of a rotation may take. */
const SECONDS = 300;

export interface JobsPlan {
  releases: ReleasePlan[];
  secrets: Record<string, SecretPlan>;
  credentials: Record<string, CredentialPlan>;
}

/** Whether a new generation takes Jobs: redis has one password, which a restart changes. */
export const rotatesByJobs = (store: Store): boolean => store.kind !== "redis";

/** Whether Jobs can ever rotate the passwords of a store. */
export const canRotate = (shape: StoreShape): boolean =>
  rotatesByJobs(shape.store) && rotatedAccounts(shape).length > 0;

/** Where the rotation of a store's passwords is: its Jobs are to be done, were done, or there are none. */
export function rotationPhase(
  application: Application,
  settings: Settings,
  deployed: Deployed,
  name: string,
): "running" | "done" | "none" {
  const store = own(application.stores, name);
  if (!store || !canRotate(shapeOf(settings, name, store))) return "none";
  if (isRotating(settings, deployed, name)) return "running";
  return wasRotated(settings, deployed, name) ? "done" : "none";
}

/** The release that a Secret with a store's passwords waits for, while they are replaced. */
export function rotationGate(
  application: Application,
  settings: Settings,
  deployed: Deployed,
  name: string,
): string[] {
  const running = rotationPhase(application, settings, deployed, name) === "running";
  return running ? [rotationReleases(name, own(settings.stores, name)?.generation ?? 1).begin] : [];
}

/** The label of the Jobs' pods: a store lets them in by it, whatever their generation. */
export const rotationLabel = (store: string): Record<string, string> => ({ "flotilla.dev/rotates": store });

/**
 * The Jobs; `users` are the releases that log in to the store and must have restarted before the end. Once they are
 * done they stay as they are: nobody waits for them, and nothing runs them again.
 */
export function planRotation(
  application: Application,
  settings: Settings,
  charts: Charts,
  name: string,
  store: Store,
  { users, phase }: { users: readonly string[]; phase: "running" | "done" },
): JobsPlan {
  const shape = shapeOf(settings, name, store);
  const { begin, end } = rotationReleases(name, shape.generation);
  const { host, members, replicaSet } = addressOf(application, settings, name);
  const work = workOf(shape, {
    HOST: host,
    MEMBERS: members.join(","),
    OPTIONS: replicaSetOption(replicaSet),
  });
  const job = (jobName: string, script: Script, needs: string[]) =>
    planJob(application, settings, charts, {
      name: jobName,
      store: name,
      image: storeImage(settings, charts, store.kind),
      pullSecrets: settings.storeImages.pullSecrets,
      ...commandOf(script),
      env: work.env,
      secretEnv: work.secretEnv,
      seconds: SECONDS,
      needs: phase === "running" ? needs : [],
      secretNeeds: [],
      podLabels: rotationLabel(name),
    });
  const first = job(begin, work.begin, []);
  const last = job(end, work.end, [begin, name, ...users]);
  const done = phase === "done" ? { done: true } : {};
  return {
    releases: [first.release, last.release].map((release) => ({ ...release, ...done })),
    secrets: { ...first.secrets, ...last.secrets },
    credentials: previousCredentials(shape),
  };
}

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

function workOf(shape: StoreShape, address: { HOST: string; MEMBERS: string; OPTIONS: string }): Work {
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

const mysqlUser = (store: Store, account: string): string =>
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

const mongodbUser = (store: Store, account: string): string =>
  own(store.accounts ?? {}, account)?.username ?? account;
