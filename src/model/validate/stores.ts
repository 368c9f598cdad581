/** Checks one store of an inventory. */
import type { Application, Store } from "../application";
import { suggest } from "../nearest";
import { factsOf, knownKinds, type NameRule } from "../store-kinds";
import { referencesOf } from "../text";
import { checkQuantity, checkResources } from "./quantities";
import { checkAccount } from "./references";
import { checkAccountKeys, checkCircle, type Report } from "./report";

/** Checks a store with its accounts and loaders. */
export function checkStore(application: Application, name: string, store: Store, report: Report): void {
  const where = `store ${name}`;
  const facts = factsOf(store.kind);
  const { logins, mayLackPassword, hasDatabases, hasUsersPerDatabase, renamesUsers, users, databases } =
    facts;
  const stores = Object.keys(application.stores);
  for (const other of store.needs ?? [])
    if (!stores.includes(other))
      report(
        where,
        `it needs "${other}", which is not a store of ${application.name}`,
        suggest(other, stores),
      );
  const accounts = Object.entries(store.accounts ?? {});
  checkAccountKeys(where, Object.keys(store.accounts ?? {}), report);
  const isOpen = store.noPassword !== undefined;
  if (isOpen && !mayLackPassword) {
    const able = knownKinds().filter((kind) => factsOf(kind).mayLackPassword);
    report(
      where,
      `a ${store.kind} cannot run without a password`,
      `Remove \`noPassword\`: only ${able.join(" and ")} can.`,
    );
  }
  if (isOpen && mayLackPassword && accounts.length > 0)
    report(
      where,
      "it has accounts, but it runs without a password, so that nobody logs in",
      "Remove `accounts`, or `noPassword`.",
    );
  if (logins === "default user" && !isOpen && accounts.length > 0)
    report(where, `${store.kind} has one user only, the default one`, "Remove `accounts`.");
  if (logins === "one account" && accounts.length !== 1)
    report(
      where,
      `${store.kind} takes exactly one account`,
      "Describe one account; further users are made in the store.",
    );
  for (const [account, { database, username, credential }] of accounts) {
    if (["root", "default", "metrics", "replication", store.kind].includes(account))
      report(
        `${where}, account ${account}`,
        "the name is taken by the store itself",
        "Name the account after its user.",
      );
    const at = `${where}, account ${account}`;
    checkLogin(at, "user", username, users, report);
    if (RESERVED_USERS.includes(username))
      report(at, `the user "${username}" is the store's own`, "Choose another user name.");
    const twin = accounts.find(
      ([, other]) => other.username === username && (!hasUsersPerDatabase || other.database === database),
    ) as (typeof accounts)[number];
    if (twin[0] !== account)
      report(
        `${where}, account ${account}`,
        `it logs in as "${username}", as account ${twin[0]} does`,
        "Give each account a user of its own.",
      );
    if ("fixed" in credential && !/^(?!-)\P{C}+$/u.test(credential.fixed))
      report(
        `${where}, account ${account}`,
        "its fixed password begins with a hyphen, or has a line break or another character that cannot be printed",
        "Some stores do not take it: the image must allow for another.",
      );
    if (renamesUsers && /_[0-9]+$/.test(username))
      report(
        `${where}, account ${account}`,
        `"${username}" looks like a later generation of another user`,
        "Choose one that does not end in _ and a number: that is what a rotation appends.",
      );
    if (hasDatabases && database === undefined)
      report(at, "its database has no name", "Name the database that it owns: `database`.");
    else if (hasDatabases) checkLogin(at, "database", database as string, databases, report);
    else if (database !== undefined && logins !== "default user")
      report(at, `a ${store.kind} has no databases`, "Remove `database`.");
    const like = accounts.find(
      ([, other]) => other.database !== database && sameButForCase(other.database, database),
    );
    if (databases?.ignoresCase && like)
      report(
        at,
        `its database "${database}" differs by case only from "${like[1].database}" of account ${like[0]}`,
        `A ${store.kind} refuses the second one: write both the same way, or choose another name.`,
      );
  }
  if (logins === "accounts" && !isOpen && accounts.length === 0)
    report(where, "it has no account, so no service could log in", "Describe at least one account.");
  checkResources(where, store.resources, report);
  checkQuantity(`${where}, storage`, store.storage, report);
  checkLoaders(application, name, store, report);
}

const sameButForCase = (one = "", other = ""): boolean => one.toLowerCase() === other.toLowerCase();

/**
 * Checks the name of a user or database. Letters, digits, `_`, `-` and `.` mean the same in SQL, in URLs, in shells and in JavaScript; a
 * name that begins with a hyphen could be taken for an option.
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
      `"${name}" cannot be the name of a ${what}`,
      `Use letters, digits, _${dots ? ", - and ." : " and -"}, beginning with a letter, a digit or _.`,
    );
  else if (name.length > max)
    report(where, `the name of its ${what} has ${name.length} characters: "${name}"`, `Use at most ${max}.`);
  else if (reserved?.test(name))
    report(where, `the ${what} "${name}" is the store's own`, `Choose another ${what} name.`);
}

/** Users that stores and their charts create themselves. */
const RESERVED_USERS = ["root", "replicator", "metrics"];

function checkLoaders(application: Application, name: string, store: Store, report: Report): void {
  const where = `store ${name}`;
  const known = Object.keys(store.loaders ?? {});
  checkCircle("loaders", store.loaders ?? {}, (loader) => `${where}, loader ${loader}`, report);
  for (const [loader, { env, needs, resources }] of Object.entries(store.loaders ?? {})) {
    checkResources(`${where}, loader ${loader}`, resources, report);
    for (const other of needs ?? [])
      if (!known.includes(other))
        report(
          `${where}, loader ${loader}`,
          `it needs "${other}", which is not a loader of ${name}`,
          suggest(other, known),
        );
    if (!/^[a-z]([-a-z0-9]{0,10}[a-z0-9])?$/.test(loader))
      report(
        `${where}, loader "${loader}"`,
        "the key cannot be part of a release's name",
        "Use at most 12 lower-case letters, digits and hyphens.",
      );
    for (const [key, text] of Object.entries(env))
      for (const reference of referencesOf(text))
        if (reference.of !== name)
          report(
            `${where}, loader ${loader}, ${key}`,
            `it mentions "${reference.of}", which is not its store`,
            "A loader reaches its own store only.",
          );
        else checkAccount(application, `${where}, loader ${loader}, ${key}`, reference, report);
  }
}
