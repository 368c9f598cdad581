import type { Loader, Store } from "../../model/application";
import { own } from "../../model/graph";
import { accountsRelease, loaderRelease } from "../../model/names";
import { mentionsPassword } from "../../model/text";
import type { AppContext, PlanContext } from "../context";
import { credentialName, internalAccounts, userName } from "../credentials";
import { addressOf, fill, fillSecret } from "../hosts";
import { imageIn } from "../images";
import { jobSeconds, planJob } from "../job";
import type { SecretText } from "../plan";
import { storeImage } from "./images";
import type { JobsPlan } from "./rotation";
import { MONGODB_ACCOUNTS } from "./scripts/mongodb";
import { mysqlAccounts } from "./scripts/mysql";
import { type StoreShape, shapeOf } from "./shape";
import { commandOf, mongodbRoles, replicaSetOption, type Script, variableOf } from "./work";

const ACCOUNTS_SECONDS = 300;
const LOADER_SECONDS = 600;

/** Whether a Job makes the store's accounts; the others have no more than the one they make themselves. */
const hasAccountsJob = ({ kind }: Store): boolean => kind === "mysql" || kind === "mongodb";

/** Releases that make a store ready: whoever uses it comes after them. */
export function preparations(context: AppContext, name: string): string[] {
  const { store } = shapeOf(context, name);
  return [
    ...(hasAccountsJob(store) ? [accountsRelease(name)] : []),
    ...Object.keys(store.loaders ?? {}).map((loader) => loaderRelease(name, loader)),
  ];
}

/** Seconds from a store's release to its users', at most. */
export const preparationSeconds = ({ store }: StoreShape): number =>
  (hasAccountsJob(store) ? jobSeconds(ACCOUNTS_SECONDS) : 0) +
  Math.max(0, ...Object.keys(store.loaders ?? {}).map((loader) => loaderSeconds(store, loader)));

/** Seconds of a loader and of those before it. */
function loaderSeconds(store: Store, name: string): number {
  const { seconds = LOADER_SECONDS, needs = [] } = own(store.loaders ?? {}, name) ?? {};
  return jobSeconds(seconds) + Math.max(0, ...needs.map((other) => loaderSeconds(store, other)));
}

/** The Jobs of a store; `secretNeeds` are the releases before their Secrets, while a rotation lets new passwords in. */
export function planPreparations(context: PlanContext, name: string, secretNeeds: string[]): JobsPlan {
  const { settings } = context;
  const shape = shapeOf(context, name);
  const { store } = shape;
  const accounts = hasAccountsJob(store) ? accountsRelease(name) : undefined;
  const jobs = [
    ...(accounts === undefined
      ? []
      : [
          planJob(context, {
            name: accounts,
            store: name,
            // It has the client, and it is pulled already.
            image: storeImage(context, name),
            ...accountsWork(context, shape),
            seconds: ACCOUNTS_SECONDS,
            needs: [name],
            secretNeeds,
          }),
        ]),
    ...Object.entries(store.loaders ?? {}).map(([key, loader]) =>
      planJob(context, {
        name: loaderRelease(name, key),
        store: name,
        image: imageIn(settings, loader.image, own(own(settings.stores, name)?.loaders ?? {}, key)),
        ...loaderWork(context, loader),
        seconds: loader.seconds ?? LOADER_SECONDS,
        ...(loader.resources ? { resources: loader.resources } : {}),
        needs: [accounts ?? name, ...(loader.needs ?? []).map((other) => loaderRelease(name, other))],
        secretNeeds,
      }),
    ),
  ];
  return {
    releases: jobs.map(({ release }) => release),
    secrets: Object.assign({}, ...jobs.map(({ secrets }) => secrets)),
    credentials: {},
  };
}

function accountsWork(context: AppContext, shape: StoreShape) {
  const { store, name } = shape;
  const { host, members, replicaSet } = addressOf(context, name);
  const accounts = Object.entries(store.accounts ?? {}).map(([key, { username, database }]) => ({
    username: userName(shape, key, username),
    database: database as string,
    variable: variableOf(key),
    roles: mongodbRoles(store, key),
  }));
  const exporters = internalAccounts(shape)
    .filter((key) => key === "metrics")
    .map((key) => ({
      username: userName(shape, key, key),
      database: "admin",
      variable: variableOf(key),
      roles: mongodbRoles(store, key),
    }));
  const passwords = ["root", ...exporters.map(() => "metrics"), ...Object.keys(store.accounts ?? {})].map(
    (key) => [variableOf(key), [{ credential: credentialName(shape, key) }]],
  );
  const script: Script =
    store.kind === "mysql"
      ? { runner: "bash", text: mysqlAccounts(accounts) }
      : { runner: "mongosh", text: MONGODB_ACCOUNTS };
  const root = { username: userName(shape, "root", "root"), database: "admin", variable: variableOf("root") };
  const env: Record<string, string> =
    store.kind === "mysql"
      ? { HOST: host, PORT: "3306" }
      : {
          MEMBERS: members.join(","),
          OPTIONS: replicaSetOption(replicaSet),
          USERS: JSON.stringify([root, ...accounts, ...exporters]),
        };
  return {
    ...commandOf(script),
    env,
    secretEnv: Object.fromEntries(passwords) as Record<string, SecretText>,
  };
}

function loaderWork(context: AppContext, { script, env }: Loader) {
  const entries = Object.entries(env);
  const plain = entries.filter(([, text]) => !mentionsPassword(text));
  const secret = entries.filter(([, text]) => mentionsPassword(text));
  return {
    command: ["sh", "-euc"],
    args: [script],
    env: Object.fromEntries(plain.map(([key, text]) => [key, fill(context, text)])),
    secretEnv: Object.fromEntries(secret.map(([key, text]) => [key, fillSecret(context, text)])),
  };
}
