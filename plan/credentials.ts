/** Which passwords an application needs, and what each store's Secret must hold. */
import type { Account, Application, Store, StoreKind } from "../model/application";
import type { CredentialPlan, SecretText } from "./plan";

/** Characters of a generated password: letters and digits, the only ones all four stores take without quoting. */
const PASSWORD_LENGTH = 32;

/** Name of the credential of a store's account, or of one of its internal passwords. */
export const credentialName = (store: string, account: string) => `${store}-${account}`;

/** Name of the Secret that holds a store's passwords. */
export const storeSecretName = (store: string) => `${store}-auth`;

/** The passwords a store kind needs besides those of its accounts. */
const INTERNAL: Record<StoreKind, readonly string[]> = {
  mongodb: ["root"],
  mysql: ["root"],
  redis: [],
  rabbitmq: ["erlang-cookie"],
};

/** All credentials of a store, by name. */
export function credentialsOf(name: string, store: Store): Record<string, CredentialPlan> {
  const generated: CredentialPlan = { source: "generated", length: PASSWORD_LENGTH };
  const internal = INTERNAL[store.kind].map((key) => [credentialName(name, key), generated] as const);
  const own =
    store.kind === "redis" && store.noPassword === undefined
      ? [[credentialName(name, "default"), generated] as const]
      : [];
  const accounts = Object.entries(store.accounts ?? {}).map(
    ([key, account]) => [credentialName(name, key), ofAccount(name, key, account)] as const,
  );
  return Object.fromEntries([...internal, ...own, ...accounts]);
}

function ofAccount(store: string, key: string, account: Account): CredentialPlan {
  return "generated" in account.credential
    ? { source: "generated", length: PASSWORD_LENGTH }
    : { source: "inventory", store, account: key, reason: account.credential.reason };
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
 * (their templates, standalone profile), plus one `<account>-password` for each further account of mysql.
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
      return store.noPassword === undefined ? { "redis-password": of("default") } : {};
    case "rabbitmq":
      return { "rabbitmq-password": of(first as string), "rabbitmq-erlang-cookie": of("erlang-cookie") };
  }
}
