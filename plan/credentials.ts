import type { Account, Application, Store, StoreKind } from "../model/application";
import { own } from "../model/graph";
import type { AppContext } from "./context";
import { externalCredential } from "./externals";
import { generatedPassword } from "./passwords";
import type { CredentialPlan, SecretText } from "./plan";
import { type StoreShape, shapeOf } from "./stores/shape";

/** Name of the Secret that holds a store's passwords. */
export const storeSecretName = (store: string) => `${store}-auth`;

/** Whether there is such a Secret: a store without a password has none. */
export const hasSecret = (store: Store): boolean => store.noPassword === undefined;

/** The passwords a store needs besides those of its accounts. */
export function internalAccounts({ store, profile, metrics }: StoreShape): string[] {
  if (!hasSecret(store)) return [];
  const replicated = profile === "replicated";
  switch (store.kind) {
    case "mongodb":
      return [
        "root",
        ...(metrics ? ["metrics"] : []),
        ...(replicated ? [CLUSTER_KEYS.mongodb as string] : []),
      ];
    case "mysql":
      return ["root", ...(replicated ? ["replication"] : [])];
    case "redis":
      return ["default"];
    case "rabbitmq":
      return [CLUSTER_KEYS.rabbitmq as string];
  }
}

/** The secret by which a store's pods know each other: no password of anybody, and never rotated with them. */
export const CLUSTER_KEYS: Partial<Record<StoreKind, string>> = {
  mongodb: "replica-set-key",
  rabbitmq: "erlang-cookie",
};

/**
 * Name of the credential of a store's account, or of one of its internal passwords; the first generation has the plain
 * name. A credential that an image fixes has one generation only.
 */
export function credentialName(shape: StoreShape, account: string): string {
  const generation = generationOf(shape, account);
  return generation === 1 ? `${shape.name}-${account}` : `${shape.name}-${account}-${generation}`;
}

function generationOf(shape: StoreShape, account: string): number {
  if (!isGenerated(shape.store, account)) return 1;
  return account === CLUSTER_KEYS[shape.store.kind] ? shape.clusterGeneration : shape.generation;
}

/** Whether Flotilla makes the password, rather than an image. */
export function isGenerated(store: Store, account: string): boolean {
  const described = own(store.accounts ?? {}, account);
  return described === undefined || "generated" in described.credential;
}

/** The accounts whose passwords a new generation replaces: all that Flotilla generates but the cluster's own secret. */
export const rotatedAccounts = (shape: StoreShape): string[] =>
  [...internalAccounts(shape), ...Object.keys(shape.store.accounts ?? {})].filter(
    (account) => account !== CLUSTER_KEYS[shape.store.kind] && isGenerated(shape.store, account),
  );

/**
 * What an account logs in as. mongodb and rabbitmq know one password per user, so that a new generation is a new user
 * beside the old one; mysql lets a user have two for a while, and redis has one user only.
 */
export function userName(shape: StoreShape, account: string, name: string): string {
  const { kind } = shape.store;
  const generation = generationOf(shape, account);
  return generation === 1 || kind === "mysql" || kind === "redis" ? name : `${name}_${generation}`;
}

/** What a service logs in as, to a store or an external. */
export function loginOf(context: AppContext, store: string, account: string): string {
  const external = own(context.application.externals ?? {}, store);
  if (external) return own(external.accounts ?? {}, account)?.username ?? account;
  const shape = shapeOf(context, store);
  return userName(shape, account, own(shape.store.accounts ?? {}, account)?.username ?? account);
}

/** The credential a service logs in with. */
export const credentialOf = (context: AppContext, store: string, account: string): string =>
  own(context.application.externals ?? {}, store)
    ? externalCredential(store, account)
    : credentialName(shapeOf(context, store), account);

/**
 * All credentials of a store, by name. Those of a rotation that is under way are not protected yet. The ones before are
 * kept for the Jobs that log in with them (`previousCredentials`); redis has none, and a protected password that leaves
 * the plan would stop the update: it keeps its last one by itself.
 */
export function credentialsOf(
  shape: StoreShape,
  { rotating }: { rotating: boolean },
): Record<string, CredentialPlan> {
  const rotated = rotatedAccounts(shape);
  const planned = (account: string, described?: Account): CredentialPlan =>
    described && "fixed" in described.credential
      ? { source: "inventory", store: shape.name, account, reason: described.credential.reason }
      : generatedPassword(!(rotating && rotated.includes(account)));
  return {
    ...(shape.store.kind === "redis" && shape.generation > 1 ? previousCredentials(shape) : {}),
    ...Object.fromEntries([
      ...internalAccounts(shape).map((key) => [credentialName(shape, key), planned(key)]),
      ...Object.entries(shape.store.accounts ?? {}).map(([key, account]) => [
        credentialName(shape, key),
        planned(key, account),
      ]),
    ]),
  };
}

/** The passwords that the current ones replaced, or replace. */
export function previousCredentials(shape: StoreShape): Record<string, CredentialPlan> {
  const previous = { ...shape, generation: shape.generation - 1 };
  return Object.fromEntries(
    rotatedAccounts(shape).map((account) => [credentialName(previous, account), generatedPassword(false)]),
  );
}

/** Names of the credentials that the stack was given and that are wanted. */
export const givenNames = (credentials: Record<string, CredentialPlan>): string[] =>
  Object.keys(credentials).filter((name) => credentials[name]?.source === "stack");

/** Values of the credentials that images fix, by name. For the moment of deployment only: they never enter a plan. */
export function fixedValues(
  application: Application,
  credentials: Record<string, CredentialPlan>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(credentials).flatMap(([name, credential]) => {
      if (credential.source !== "inventory") return [];
      const account = application.stores[credential.store]?.accounts?.[credential.account];
      if (!account || !("fixed" in account.credential))
        throw new Error(`${name} is not fixed by the inventory`);
      return [[name, account.credential.fixed]];
    }),
  );
}

/** The keys of a store's Secret, for both distributions: exactly what the Bitnami chart of the kind reads. */
export function secretKeysOf(shape: StoreShape): Record<string, SecretText> {
  const of = (key: string): SecretText => [{ credential: credentialName(shape, key) }];
  const accounts = Object.keys(shape.store.accounts ?? {});
  const replicated = shape.profile === "replicated";
  switch (shape.store.kind) {
    case "mongodb":
      return {
        "mongodb-root-password": of("root"),
        // One key, comma-separated, in the order of `auth.usernames`.
        "mongodb-passwords": accounts.flatMap((key, index) => (index === 0 ? of(key) : [",", ...of(key)])),
        ...(replicated ? { "mongodb-replica-set-key": of("replica-set-key") } : {}),
        ...(shape.metrics ? { "mongodb-metrics-password": of("metrics") } : {}),
      };
    case "mysql":
      return {
        "mysql-root-password": of("root"),
        // The chart makes one account at first start; the Job `<store>-accounts` makes all.
        "mysql-password": of(accounts[0] as string),
        ...(replicated ? { "mysql-replication-password": of("replication") } : {}),
      };
    case "redis":
      return { "redis-password": of("default") };
    case "rabbitmq":
      return {
        "rabbitmq-password": of(accounts[0] as string),
        "rabbitmq-erlang-cookie": of("erlang-cookie"),
      };
  }
}
