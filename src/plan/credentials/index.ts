import type { Account, Application, Store } from "../../model/application";
import { own } from "../../model/graph";
import type { AppContext } from "../context";
import type { CredentialPlan, SecretText } from "../plan";
import { type StoreShape, shapeOf } from "../stores/shape";
import { externalCredential } from "./externals";
import { generatedPassword } from "./passwords";

/** Returns the name of the Secret with a store's passwords. */
export const storeSecretName = (store: string) => `${store}-auth`;

/** Whether a store has a Secret. A store without a password has none. */
export const hasSecret = (store: Store): boolean => store.noPassword === undefined;

/** Returns the internal accounts of a store, which need passwords in addition to its accounts. */
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
 * Returns the name of the credential of a store's account or internal account. From the second generation on, the name ends with
 * the generation. A password that an image fixes always has generation 1.
 */
export function credentialName(shape: StoreShape, account: string): string {
  const generation = generationOf(shape, account);
  return generation === 1 ? `${shape.name}-${account}` : `${shape.name}-${account}-${generation}`;
}

function generationOf(shape: StoreShape, account: string): number {
  if (!isGenerated(shape.store, account)) return 1;
  return isClusterKey(shape, account) ? shape.clusterGeneration : shape.generation;
}

/** Whether the password of an account is generated, as opposed to fixed by an image. */
export function isGenerated(store: Store, account: string): boolean {
  const described = own(store.accounts ?? {}, account);
  return described === undefined || "generated" in described.credential;
}

/** Returns the accounts whose passwords a rotation replaces: all with generated passwords, except the cluster key. */
export const rotatedAccounts = (shape: StoreShape): string[] =>
  [...internalAccounts(shape), ...Object.keys(shape.store.accounts ?? {})].filter(
    (account) => !isClusterKey(shape, account) && isGenerated(shape.store, account),
  );

/**
 * Returns the user name of an account. In mongodb and rabbitmq a user has one password, so each generation is a new user next to
 * the old one. In mysql a user can temporarily have two passwords, and redis has only one user.
 */
export function userName(shape: StoreShape, account: string, name: string): string {
  const generation = generationOf(shape, account);
  return generation === 1 || !shape.kind.facts.renamesUsers ? name : `${name}_${generation}`;
}

/** Returns the user name of an account in the inventory. For an internal account it is the name of the account. */
export const userOf = ({ accounts = {} }: Pick<Store, "accounts">, account: string): string =>
  own(accounts, account)?.username ?? account;

/** Returns the user name with which services log in to a store or an external. */
export function loginOf(context: AppContext, store: string, account: string): string {
  const external = own(context.application.externals ?? {}, store);
  if (external) return own(external.accounts ?? {}, account)?.username ?? account;
  const shape = shapeOf(context, store);
  return userName(shape, account, userOf(shape.store, account));
}

/** Returns the credential with which services log in to a store or an external. */
export const credentialOf = (context: AppContext, store: string, account: string): string =>
  own(context.application.externals ?? {}, store)
    ? externalCredential(store, account)
    : credentialName(shapeOf(context, store), account);

/**
 * Returns all credentials of a store, by name. New passwords are not protected while their rotation runs. The plan of a rotation
 * adds the previous passwords, which its Jobs need (`previousCredentials`). A kind without rotation Jobs (redis) keeps its
 * previous password here, because an update that removes a protected password from the plan is refused.
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

/** Returns the credentials of the previous generation. */
export function previousCredentials(shape: StoreShape): Record<string, CredentialPlan> {
  const previous = { ...shape, generation: shape.generation - 1 };
  return Object.fromEntries(
    rotatedAccounts(shape).map((account) => [credentialName(previous, account), generatedPassword(false)]),
  );
}

/** Returns the names of the credentials whose values are in the stack's config. */
export const givenNames = (credentials: Record<string, CredentialPlan>): string[] =>
  Object.keys(credentials).filter((name) => credentials[name]?.source === "stack");

/** Returns the values of the passwords that images fix, by name. They are read during the deployment: a plan has no values. */
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

/** Returns the contents of a store's Secret, by key. */
export const secretKeysOf = (shape: StoreShape): Record<string, SecretText> =>
  shape.kind.secretKeys(shape, (account) => [{ credential: credentialName(shape, account) }]);
