/** Which passwords an application needs, and what each store's Secret must hold. */
import type { Account, Application, Store, StoreKind } from "../model/application";
import type { CredentialPlan, SecretText } from "./plan";

/** Characters of a generated password: letters and digits, the only ones all four stores take without quoting. */
const PASSWORD_LENGTH = 32;

/** Name of the credential of a store's account, or of one of its internal passwords. */
export const credentialName = (store: string, account: string) => `${store}-${account}`;

/** Name of the Secret that holds a store's passwords. */
export const storeSecretName = (store: string) => `${store}-auth`;

/** Whether there is such a Secret: a store without a password has none. */
export const hasSecret = (store: Store): boolean => store.noPassword === undefined;

/** The passwords a store kind needs besides those of its accounts, unless it runs without any. */
const INTERNAL: Record<StoreKind, readonly string[]> = {
  mongodb: ["root"],
  mysql: ["root"],
  redis: ["default"],
  rabbitmq: ["erlang-cookie"],
};

/** All credentials of a store, by name. */
export function credentialsOf(name: string, store: Store, protect: boolean): Record<string, CredentialPlan> {
  const generated: CredentialPlan = { source: "generated", length: PASSWORD_LENGTH, protect };
  const ofAccount = (account: string, { credential }: Account): CredentialPlan =>
    "generated" in credential
      ? generated
      : { source: "inventory", store: name, account, reason: credential.reason };
  const internal = hasSecret(store) ? INTERNAL[store.kind] : [];
  const accounts = Object.entries(store.accounts ?? {});
  return Object.fromEntries([
    ...internal.map((key) => [credentialName(name, key), generated]),
    ...accounts.map(([key, account]) => [credentialName(name, key), ofAccount(key, account)]),
  ]);
}

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

/**
 * The keys of a store's Secret, for both distributions: what the Bitnami chart of the kind reads
 * with a password (their templates, standalone profile), plus one `<account>-password` for each further account of mysql.
 */
export function secretKeysOf(name: string, store: Store): Record<string, SecretText> {
  const of = (key: string): SecretText => [{ credential: credentialName(name, key) }];
  const accounts = Object.keys(store.accounts ?? {});
  const [first, ...further] = accounts;
  switch (store.kind) {
    case "mongodb":
      return {
        "mongodb-root-password": of("root"),
        // One key, comma-separated, in the order of `auth.usernames`.
        "mongodb-passwords": accounts.flatMap((key, index) => (index === 0 ? of(key) : [",", ...of(key)])),
      };
    case "mysql":
      return {
        "mysql-root-password": of("root"),
        "mysql-password": of(first as string),
        ...Object.fromEntries(further.map((key) => [`${key}-password`, of(key)])),
      };
    case "redis":
      return { "redis-password": of("default") };
    case "rabbitmq":
      return { "rabbitmq-password": of(first as string), "rabbitmq-erlang-cookie": of("erlang-cookie") };
  }
}
