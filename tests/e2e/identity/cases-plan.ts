/** Settings and inventories that would move a stack or delete a store. */
import { writeInventory } from "../inventory";
import { type Case, flotilla, NOTHING, refused, type Said } from "./case";
import type { Ground } from "./ground";
import { INVENTORY } from "./scene";

const everywhere = (said: Said) => ({ diff: said, preview: said, up: said });
const inventory = (body: string) => (ground: Ground) => writeInventory(ground.stack.folder, body);
const asBefore = inventory(INVENTORY);
const unset = (key: string) => (ground: Ground) =>
  ground.must("pulumi", "config", "rm", `flotilla:${key}`, "-s", ground.stack.name);
const moves = (to: string) =>
  refused(new RegExp(`stack dev is deployed in namespace shop-dev, and this would move it to ${to}[^\\n]*`));

const withoutDb = `
  services: { web: { ...service(["cache"]), startupSeconds: 1 } },
  stores: { cache: { ...store("redis"), accounts: {} } },`;

const GONE = /store db was removed from the inventory, but it is deployed with its data[^\n]*/;

const STILL_SET =
  /flotilla:stores\.db: shop no longer has a store "db", but it is still deployed with its data/;

export const settings: Case[] = [
  {
    kind: "settings",
    name: "`flotilla:namespace` is set to another one",
    isPreviewed: true,
    change: ({ stack }) => stack.config("flotilla:namespace", "elsewhere"),
    ...everywhere(moves("elsewhere")),
    restore: unset("namespace"),
  },
  {
    kind: "settings",
    name: "`flotilla:environment` is changed",
    isLong: true,
    change: ({ stack }) => stack.config("flotilla:environment", "staging"),
    ...everywhere(moves("shop-staging")),
    restore: ({ stack }) => stack.config("flotilla:environment", "dev"),
  },
  {
    kind: "settings",
    name: "the application is renamed",
    isLong: true,
    change: ({ stack }) => {
      stack.edit("apps/index.ts", 'name: "shop"', 'name: "store"');
      stack.edit("apps/index.ts", "{ shop }", "{ store: shop }");
      return stack.config("flotilla:application", "store");
    },
    ...everywhere(moves("store-dev")),
    restore: async (ground) => {
      asBefore(ground);
      await ground.stack.config("flotilla:application", "shop");
    },
  },
  {
    kind: "settings",
    name: "another profile for the stores",
    isLong: true,
    change: ({ stack }) => stack.config("flotilla:profile", "replicated"),
    ...everywhere(refused(/the profile is replicated, but db is deployed as standalone/)),
    restore: unset("profile"),
  },
];

export const inventories: Case[] = [
  {
    kind: "inventory",
    name: "a store is removed",
    isLong: true,
    isPreviewed: true,
    change: inventory(withoutDb),
    ...everywhere(refused(GONE)),
    more: [
      {
        run: ["pulumi", "config", "set", "--path", "flotilla:stores.db.storage", "2Gi"],
        exit: 0,
        says: /^/,
      },
      flotilla("diff", refused(STILL_SET)),
      flotilla("remove", refused(STILL_SET), "db"),
      { run: ["pulumi", "up", "--yes", "--skip-preview"], ...refused(STILL_SET) },
    ],
    restore: (ground) => {
      asBefore(ground);
      return unset("stores")(ground);
    },
  },
  {
    kind: "inventory",
    name: "a store is removed, and another deletion is allowed",
    isLong: true,
    change: async (ground) => {
      inventory(withoutDb)(ground);
      await ground.stack.config("flotilla:allowDeletion[0]", "store/dc");
    },
    ...everywhere(refused(/only lists store\/dc/)),
    restore: (ground) => {
      asBefore(ground);
      return unset("allowDeletion")(ground);
    },
  },
  {
    kind: "inventory",
    name: "a store is renamed",
    isLong: true,
    change: inventory(INVENTORY.replaceAll("db", "database")),
    ...everywhere(refused(/A store cannot be renamed: database would be a new/)),
    restore: asBefore,
  },
  {
    kind: "inventory",
    name: "a store is removed, and a service still uses its login",
    isLong: true,
    change: inventory(withoutDb.replace('["cache"]', '["cache"], { URL: url("db") }')),
    ...everywhere(refused(/[^\n]*\bdb\b[^\n]*/)),
    restore: asBefore,
  },
  {
    kind: "inventory",
    name: "a service and a store swap their names",
    isLong: true,
    isPreviewed: true,
    change: inventory(`
      services: { db: { ...service(["cache", "web"], { URL: url("web") }), startupSeconds: 1 } },
      stores: { cache: { ...store("redis"), accounts: {} }, web: store("mysql", "app") },`),
    ...everywhere(refused(/a store and a service swapped names: db [^\n]*/)),
    restore: asBefore,
  },
  {
    kind: "inventory",
    name: "a store is removed with permission (`flotilla remove`)",
    change: async (ground) => {
      inventory(withoutDb)(ground);
      await ground.must("flotilla", "remove", "db", "--stack", "dev");
    },
    diff: { exit: 2, says: /db +release +removed[^\n]*/ },
    preview: { exit: 0, says: /delete/ },
    more: [flotilla("up", { exit: 0, says: /is up to date: [^\n]*/ }, "--yes"), flotilla("diff", NOTHING)],
  },
  {
    kind: "inventory",
    name: "and added again: `adopt` restores its volume and the password of its data",
    change: asBefore,
    diff: refused(/store db: the store would reuse the volume claim data-db-0[^\n]*/),
    preview: refused(/store db: the store would reuse the volume claim data-db-0[^\n]*/),
    up: refused(/store db: the store would reuse the volume claim data-db-0[^\n]*/),
    more: [flotilla("adopt", { exit: 0, says: /is up to date: [^\n]*/ }, "--yes"), flotilla("diff", NOTHING)],
  },
  {
    kind: "inventory",
    name: "a service takes the name of a store that was just removed",
    isLong: true,
    change: async (ground) => {
      inventory(`
        services: { web: { ...service(["cache"]), startupSeconds: 1 }, db: service(["cache"]) },
        stores: { cache: { ...store("redis"), accounts: {} } },`)(ground);
      await ground.must("flotilla", "remove", "db", "--stack", "dev");
    },
    ...everywhere(
      refused(/a store with this name is deployed, and Helm cannot have two releases with one name/),
    ),
    restore: async (ground) => {
      asBefore(ground);
      await unset("allowDeletion")(ground);
      await ground.update();
    },
  },
];
