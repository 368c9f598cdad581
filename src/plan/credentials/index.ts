import type { Account, Application, Store } from "../../model/application";
import { own } from "../../model/graph";
import type { AppContext } from "../context";
import type { CredentialPlan, SecretText } from "../plan";
import { type StoreShape, shapeOf } from "../stores/shape";
import { externalCredential } from "./externals";
import { generatedPassword } from "./passwords";

/** Name of the Secret that holds a store's passwords. */
export const storeSecretName = (store: string) => `${store}-auth`;

/** Whether there is such a Secret: a store without a password has none. */
export const hasSecret = (store: Store): boolean => store.noPassword === undefined;

/** The passwords a store needs besides those of its accounts. */
export function internalAccounts(shape: StoreShape): string[] {
  const { store, kind, profile } = shape;
  if (!hasSecret(store)) return [];
  const { clusterKey } = kind;
  return [
    ...kind.internalAccounts(shape),
    ...(clusterKey?.profiles.includes(profile) ? [clusterKey.account] : []),
  ];
}

const isClusterKey = ({ kind }: StoreShape, account: string): boolean => account === kind.clusterKey?.account;

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
  return isClusterKey(shape, account) ? shape.clusterGeneration : shape.generation;
}

/** Whether Flotilla makes the password, rather than an image. */
export function isGenerated(store: Store, account: string): boolean {
  const described = own(store.accounts ?? {}, account);
  return described === undefined || "generated" in described.credential;
}

/** The accounts whose passwords a new generation replaces: all that Flotilla generates but the cluster's own secret. */
export const rotatedAccounts = (shape: StoreShape): string[] =>
  [...internalAccounts(shape), ...Object.keys(shape.store.accounts ?? {})].filter(
    (account) => !isClusterKey(shape, account) && isGenerated(shape.store, account),
  );

/**
 * What an account logs in as. mongodb and rabbitmq know one password per user, so that a new generation is a new user
 * beside the old one; mysql lets a user have two for a while, and redis has one user only.
 */
export function userName(shape: StoreShape, account: string, name: string): string {
  const generation = generationOf(shape, account);
  return generation === 1 || !shape.kind.facts.renamesUsers ? name : `${name}_${generation}`;
}

/** The user of an account as the inventory names it; the internal accounts are called as their users are. */
export const userOf = ({ accounts = {} }: Pick<Store, "accounts">, account: string): string =>
  own(accounts, account)?.username ?? account;

/** What a service logs in as, to a store or an external. */
export function loginOf(context: AppContext, store: string, account: string): string {
  const external = own(context.application.externals ?? {}, store);
  if (external) return own(external.accounts ?? {}, account)?.username ?? account;
  const shape = shapeOf(context, store);
  return userName(shape, account, userOf(shape.store, account));
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
    ...(shape.kind.rotationWork === undefined && shape.generation > 1 ? previousCredentials(shape) : {}),
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

/** The keys of a store's Secret. */
export const secretKeysOf = (shape: StoreShape): Record<string, SecretText> =>
  shape.kind.secretKeys(shape, (account) => [{ credential: credentialName(shape, account) }]);
