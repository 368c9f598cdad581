/** Checks one store of an inventory. */
import type { Application, Store } from "../application";
import { suggest } from "../nearest";
import { factsOf, knownKinds, type NameRule } from "../store-kinds";
import { isOfPod, referencesOf } from "../text";
import { checkQuantity, checkResources } from "./quantities";
import { checkAccount, describePodReference } from "./references";
import { checkAccountKeys, checkCycle, type Report } from "./report";

/** Checks a store with its accounts and loaders. */
export function checkStore(application: Application, name: string, store: Store, report: Report): void {
  const where = `store ${name}`;
  const facts = factsOf(store.kind);
  const { logins, mayLackPassword, hasDatabases, hasUsersPerDatabase, renamesUsers, users, databases } =
    facts;
  const stores = Object.keys(application.stores);
  for (const other of store.needs ?? [])
    if (!stores.includes(other))
      report(where, `needs "${other}", which is not a store of ${application.name}`, suggest(other, stores));
  const accounts = Object.entries(store.accounts ?? {});
  checkAccountKeys(where, Object.keys(store.accounts ?? {}), report);
  const isOpen = store.noPassword !== undefined;
  if (isOpen && !mayLackPassword) {
    const able = knownKinds().filter((kind) => factsOf(kind).mayLackPassword);
    report(
      where,
      `${store.kind} cannot run without a password`,
      `Remove \`noPassword\`: only ${able.join(" and ")} can.`,
    );
  }
  if (isOpen && mayLackPassword && accounts.length > 0)
    report(where, "has accounts, but runs without a password", "Remove `accounts`, or `noPassword`.");
  if (logins === "default user" && !isOpen && accounts.length > 0)
    report(where, `${store.kind} has only the default user`, "Remove `accounts`.");
  if (logins === "one account" && accounts.length !== 1)
    report(
      where,
      `${store.kind} needs exactly one account`,
      "Declare one account, and create other users in the store.",
    );
  for (const [account, { database, username, credential }] of accounts) {
    if (["root", "default", "metrics", "replication", store.kind].includes(account))
      report(
        `${where}, account ${account}`,
        "the name is reserved for the store itself",
        "Name the account after its user.",
      );
    const at = `${where}, account ${account}`;
    checkLogin(at, "user", username, users, report);
    if (RESERVED_USERS.includes(username))
      report(at, `the user name "${username}" is reserved for the store`, "Use another user name.");
    const twin = accounts.find(
      ([, other]) => other.username === username && (!hasUsersPerDatabase || other.database === database),
    ) as (typeof accounts)[number];
    if (twin[0] !== account)
      report(
        `${where}, account ${account}`,
        `has the same user name as account ${twin[0]}: "${username}"`,
        "Use a different user name for each account.",
      );
    if ("fixed" in credential && !/^(?!-)\P{C}+$/u.test(credential.fixed))
      report(
        `${where}, account ${account}`,
        "the fixed password starts with a hyphen, or contains a line break or another unprintable character",
        "Use another password: some stores do not accept this one.",
      );
    if (renamesUsers && /_[0-9]+$/.test(username))
      report(
        `${where}, account ${account}`,
        `the user name "${username}" ends in _ and a number, which is what a rotation appends`,
        "Use a user name with another ending.",
      );
    if (hasDatabases && database === undefined)
      report(at, "the account has no database", "Set `database` to the name of the database that it owns.");
    else if (hasDatabases) checkLogin(at, "database", database as string, databases, report);
    else if (database !== undefined && logins !== "default user")
      report(at, `${store.kind} has no databases`, "Remove `database`.");
    const like = accounts.find(
      ([, other]) => other.database !== database && equalsIgnoringCase(other.database, database),
    );
    if (databases?.ignoresCase && like)
      report(
        at,
        `the database "${database}" differs only by case from "${like[1].database}" of account ${like[0]}`,
        `${store.kind} refuses the second one: write both the same way, or use another name.`,
      );
  }
  if (logins === "accounts" && !isOpen && accounts.length === 0)
    report(where, "has no account, so no service can log in", "Declare at least one account.");
  checkResources(where, store.resources, report);
  checkQuantity(`${where}, storage`, store.storage, report);
  checkLoaders(application, name, store, report);
}

const equalsIgnoringCase = (one = "", other = ""): boolean => one.toLowerCase() === other.toLowerCase();

/**
 * Checks the name of a user or database. Letters, digits, `_`, `-` and `.` need no escaping in SQL, URLs, shells and JavaScript. A
 * name that starts with a hyphen could be read as an option.
 */
function checkLogin(
  where: string,
  what: "user" | "database",
  name: string,
  { max = 64, reserved, dots = true }: NameRule = {},
  report: Report,
): void {
  const characters = dots ? /^[A-Za-z0-9_][-A-Za-z0-9_.]*$/ : /^[A-Za-z0-9_][-A-Za-z0-9_]*$/;
  if (!characters.test(name))
    report(
      where,
      `"${name}" is not a valid ${what} name`,
      `Use letters, digits, _${dots ? ", - and ." : " and -"}, starting with a letter, a digit or _.`,
    );
  else if (name.length > max)
    report(where, `the ${what} name has ${name.length} characters: "${name}"`, `Use at most ${max}.`);
  else if (reserved?.test(name))
    report(where, `the ${what} name "${name}" is reserved for the store`, `Use another ${what} name.`);
}

/** Users that stores and their charts create. */
const RESERVED_USERS = ["root", "replicator", "metrics"];

function checkLoaders(application: Application, name: string, store: Store, report: Report): void {
  const where = `store ${name}`;
  const known = Object.keys(store.loaders ?? {});
  checkCycle("loaders", store.loaders ?? {}, (loader) => `${where}, loader ${loader}`, report);
  for (const [loader, { env, needs, resources }] of Object.entries(store.loaders ?? {})) {
    checkResources(`${where}, loader ${loader}`, resources, report);
    for (const other of needs ?? [])
      if (!known.includes(other))
        report(
          `${where}, loader ${loader}`,
          `needs "${other}", which is not a loader of ${name}`,
          suggest(other, known),
        );
    if (!/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/.test(loader))
      report(
        `${where}, loader "${loader}"`,
        "the key cannot be part of a release name",
        "Use at most 12 lower-case letters, digits and hyphens.",
      );
    for (const [key, text] of Object.entries(env))
      for (const reference of referencesOf(text))
        if (isOfPod(reference))
          report(
            `${where}, loader ${loader}, ${key}`,
            `contains ${describePodReference(reference)}, but loaders only know their store`,
            "Write the value itself.",
          );
        else if (reference.ref === "secret")
          report(
            `${where}, loader ${loader}, ${key}`,
            `refers to secret "${reference.of}", but loaders cannot use secrets`,
            "Remove the reference.",
          );
        else if (reference.of !== name)
          report(
            `${where}, loader ${loader}, ${key}`,
            `refers to "${reference.of}", which is not the loader's store`,
            "A loader can only connect to its own store.",
          );
        else checkAccount(application, `${where}, loader ${loader}, ${key}`, reference, report);
  }
}
