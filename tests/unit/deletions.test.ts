/** What an update may delete, and where a stack may be deployed: decisions of the plan. */
import assert from "node:assert/strict";
import { protectedBy } from "../../cli/stack/deletions";
import { plan } from "../../src/plan";
import type { Surroundings } from "../../src/plan/context";
import {
  credentialDeletionProblems,
  deletionWarnings,
  nameCollisionProblems,
  storeDeletionProblems,
} from "../../src/plan/deletions";
import type { Deployed, DeployedGuarded, DeployedPlace, DeployedRelease } from "../../src/plan/deployed";
import { placeProblems } from "../../src/plan/place";
import type { CredentialPlan, ReleasePlan, SecretPlan } from "../../src/plan/plan";
import { application, contextFor, planFor, problemsOf, redis, service } from "../support";

const release = (kind: DeployedRelease["kind"], port = "redis"): DeployedRelease => ({
  kind,
  chart: kind === "store" ? "./charts/store" : "./charts/microservice",
  values: { portName: port },
});
const stores = (...names: string[]): Deployed =>
  Object.fromEntries(names.map((name) => [name, release("store")]));
const shop = (overrides = {}) => application({ stores: { cache: redis() }, ...overrides });
const contextOf = (config: Record<string, unknown>, surroundings: Partial<Surroundings>, of = shop()) =>
  contextFor(of, { environment: "dev", ...config }, { stack: "dev", ...surroundings });

describe("stores removed from the inventory", () => {
  const problems = (allowDeletion: string[], deployed: Deployed, of = shop()) =>
    storeDeletionProblems(contextOf({ allowDeletion }, { deployed, stack: "dev-2" }, of));

  it("are refused by name, each with the command that allows the deletion", () => {
    const found = problems([], { ...stores("cache", "old", "older"), web: release("service") });
    assert.deepEqual(
      found.map(({ where, what }) => [where, what]),
      ["old", "older"].map((name) => [
        "apps/shop.ts",
        `store ${name} was removed from the inventory, but it is deployed with its data`,
      ]),
    );
    assert.match(found[0]?.todo ?? "", /npx flotilla remove old --stack dev-2$/);
  });

  it("are deleted with a permission for exactly them", () => {
    assert.deepEqual(problems(["store/old"], stores("cache", "old")), []);
    const [other, ...more] = problems(["store/old"], stores("cache", "old", "older"));
    assert.deepEqual(more, []);
    assert.match(
      other?.what ?? "",
      /^store older was removed .*; flotilla:allowDeletion only lists store\/old$/,
    );
    for (const entry of ["secret/old", "password/old", "store/older", "store/ol"])
      assert.equal(problems([entry], stores("cache", "old")).length, 1, entry);
  });

  it("cannot be permitted while the inventory has them", () => {
    const [found] = problems(["store/cache"], stores("cache"));
    assert.equal(found?.where, "flotilla:allowDeletion");
    assert.match(found?.what ?? "", /lists store\/cache, which is still in the inventory/);
    assert.match(found?.todo ?? "", /Remove cache from apps\/shop\.ts, or store\/cache from/);
  });

  it("may be renamed stores: the message says so for a new one of the same kind, and for no other", () => {
    const [renamed] = problems([], stores("old"));
    assert.match(
      renamed?.what ?? "",
      /cache would be a new redis with empty volumes and new passwords, and old would be removed$/,
    );
    const [kept] = problems([], stores("old", "cache"));
    assert.doesNotMatch(kept?.what ?? "", /new name/);
    const [unlike] = problems([], { old: release("store", "mysql") });
    assert.doesNotMatch(unlike?.what ?? "", /new name/);
  });

  it("are refused when a service has their name now, with the order of updates in which it can get it", () => {
    const taken = application({ services: { old: service() }, stores: { cache: redis() } });
    const [found, ...more] = problems([], stores("cache", "old"), taken);
    assert.deepEqual(more, []);
    assert.match(found?.what ?? "", /^store old was removed .*, and service old now has its name$/);
    assert.match(
      found?.todo ?? "",
      /^Put it back, and rename service old. If its data can be deleted: remove service old .*flotilla remove old .*then add the service again$/,
    );
  });

  it("are not seen as removed when they have swapped their name with a service", () => {
    const swapped = application({ services: { old: service() }, stores: { web: redis() } });
    const [found, ...more] = problems([], { ...stores("old"), web: release("service") }, swapped);
    assert.deepEqual(more, []);
    assert.match(
      found?.what ?? "",
      /a store and a service swapped names: old is deployed as a store and is now a service, web is deployed as a service and is now a store$/,
    );
    assert.match(found?.todo ?? "", /^Swap the names back/);
    const [unlike] = problems([], { old: release("store", "mysql"), web: release("service") }, swapped);
    assert.doesNotMatch(unlike?.what ?? "", /swapped/, "a store of another kind is another one");
  });

  it("may have the name of a property that every object has", () => {
    assert.equal(problems([], stores("constructor")).length, 1);
    assert.deepEqual(problems([], { constructor: release("service") }), []);
  });
});

describe("Secrets and passwords that nothing needs any more", () => {
  const problems = (
    allowDeletion: string[],
    guarded: DeployedGuarded,
    { deployed = stores("cache"), secrets = ["cache-auth"], credentials = ["cache-app"] } = {},
  ) =>
    credentialDeletionProblems(contextOf({ allowDeletion }, { deployed, deployedGuarded: guarded }), {
      secrets: Object.fromEntries(secrets.map((name) => [name, {} as SecretPlan])),
      credentials: Object.fromEntries(credentials.map((name) => [name, {} as CredentialPlan])),
    });
  const whats = (...args: Parameters<typeof problems>) => problems(...args).map(({ what }) => what);

  it("are refused, with the permission that names exactly them", () => {
    const guarded = { secrets: ["cache-auth"], passwords: ["cache-app", "cache-root"] };
    assert.deepEqual(problems([], guarded, { secrets: [], credentials: ["cache-app"] }), [
      {
        where: "apps/shop.ts",
        what: "secret cache-auth is deployed, but the inventory and the settings no longer need it: the update would delete it",
        todo: "Put back what needs it. If it can be deleted: pulumi config set --path 'flotilla:allowDeletion[0]' secret/cache-auth --stack dev, then npx flotilla up --stack dev",
      },
      {
        where: "apps/shop.ts",
        what: "password cache-root is deployed, but the inventory and the settings no longer need it: the update would delete it",
        todo: "Put back what needs it. If it can be deleted: pulumi config set --path 'flotilla:allowDeletion[0]' password/cache-root --stack dev, then npx flotilla up --stack dev",
      },
    ]);
    const permitted = ["secret/cache-auth", "password/cache-root"];
    assert.deepEqual(problems(permitted, guarded, { secrets: [] }), []);
    const [left, ...more] = problems(["password/cache-root"], guarded, { secrets: [] });
    assert.deepEqual(more, []);
    assert.match(left?.todo ?? "", /'flotilla:allowDeletion\[1\]' secret\/cache-auth/);
  });

  it("are not permitted by a permission of another kind", () => {
    const guarded = { secrets: ["gone"], passwords: ["gone"] };
    assert.match(whats(["secret/gone"], guarded).join(), /^password gone [^,]*, [^,]*$/);
    assert.match(whats(["password/gone"], guarded).join(), /^secret gone [^,]*, [^,]*$/);
    assert.equal(whats(["store/gone"], guarded).length, 2);
  });

  it("are ignored while they are planned, or were never deployed", () => {
    assert.deepEqual(problems([], { secrets: ["cache-auth"], passwords: ["cache-app"] }), []);
    assert.deepEqual(problems([], {}), []);
  });

  it("come and go with a rotation: the generations of one password count as one", () => {
    assert.deepEqual(problems([], { passwords: ["cache-app"] }, { credentials: ["cache-app-2"] }), []);
    assert.deepEqual(problems([], { passwords: ["cache-app-2", "cache-app-3"] }), []);
    assert.equal(problems([], { passwords: ["cache-root-2"] }).length, 1);
  });

  it("include the keys by which pods authenticate each other: the old key is deleted with a permission", () => {
    for (const key of ["erlang-cookie", "replica-set-key"]) {
      const guarded = { passwords: [`cache-${key}`, `cache-${key}-2`] };
      const there = { credentials: [`cache-${key}-2`] };
      assert.match(whats([], guarded, there).join(), new RegExp(`^password cache-${key} is deployed`));
      assert.deepEqual(problems([`password/cache-${key}`], guarded, there), []);
    }
  });

  it("are deleted with a store that may be deleted, but not those of a store with a similar name", () => {
    const deployed = stores("cache", "orders", "orders-archive");
    const guarded = {
      secrets: ["cache-auth", "orders-auth", "orders-archive-auth"],
      passwords: ["cache-app", "orders-app", "orders-archive-app", "orders-archive-root-2"],
    };
    assert.deepEqual(
      whats(["store/orders"], guarded, { deployed }).map((what) => what.split(" is ")[0]),
      ["secret orders-archive-auth", "password orders-archive-app", "password orders-archive-root-2"],
    );
    assert.deepEqual(problems(["store/orders", "store/orders-archive"], guarded, { deployed }), []);
  });

  it("are also deleted when an interrupted update has already deleted their store", () => {
    const guarded = { passwords: ["cache-app", "orders-app"] };
    assert.deepEqual(problems(["store/orders"], guarded), []);
    assert.equal(problems([], guarded).length, 1);
  });

  it("are kept while the inventory has their store", () => {
    const guarded = { passwords: ["cache-app", "cache-root"] };
    assert.equal(problems(["store/cache"], guarded).length, 1);
  });
});

describe("a permission to delete", () => {
  it("is reported as used up when it names nothing that is deployed", () => {
    const guarded = { secrets: ["cache-auth"], passwords: ["cache-app"] };
    const entries = ["store/cache", "secret/cache-auth", "password/cache-app"];
    const warnings = (allowDeletion: string[], deployed: Deployed) =>
      deletionWarnings(contextOf({ allowDeletion }, { deployed, deployedGuarded: guarded }));
    assert.deepEqual(warnings(entries, stores("cache")), []);
    const used = ["store/old", "secret/cache", "password/cache-auth", "store/web"];
    assert.deepEqual(
      warnings(used, { ...stores("cache"), web: release("service") }),
      used.map((entry) => `flotilla:allowDeletion lists ${entry}, which is not deployed: remove the entry`),
    );
  });

  const urn = (type: string, name: string, parent: string) =>
    `urn:pulumi:dev::flotilla::flotilla:index:Application$flotilla:index:${parent}$${type}::${name}`;
  const resource = (type: string, name: string, parent = "Credentials", protect = true) => ({
    urn: urn(type, name, parent),
    type,
    protect,
    outputs: { name, chart: "./charts/store", values: {} },
  });
  const SECRET = "kubernetes:core/v1:Secret";
  const PASSWORD = "random:index/randomPassword:RandomPassword";
  const RELEASE = "kubernetes:helm.sh/v3:Release";
  const resources = [
    resource("kubernetes:core/v1:Namespace", "cache", "Namespace"),
    resource(RELEASE, "cache", "Store"),
    resource(SECRET, "cache-auth"),
    resource(PASSWORD, "cache-app"),
    resource(PASSWORD, "cache-app-2", "Credentials", false),
    resource(RELEASE, "cache-old", "Store"),
    resource(PASSWORD, "cache-old-app"),
  ];
  const names = (...permissions: string[]) =>
    protectedBy(resources, permissions).map((found) => found.split("$").at(-1));

  it("removes the protection of exactly what it names", () => {
    assert.deepEqual(names("secret/cache-auth"), [`${SECRET}::cache-auth`]);
    assert.deepEqual(names("password/cache-app"), [`${PASSWORD}::cache-app`]);
    assert.deepEqual(names("password/cache-app-2"), [], "it is not protected");
    assert.deepEqual(names("password/cache-auth", "secret/cache-app", "secret/cache"), []);
    assert.deepEqual(names(), []);
  });

  it("of a store unprotects its release, its Secret and its passwords, and never the namespace", () => {
    assert.deepEqual(names("store/cache"), [
      `${RELEASE}::cache`,
      `${SECRET}::cache-auth`,
      `${PASSWORD}::cache-app`,
    ]);
    assert.deepEqual(names("store/cache-old"), [`${RELEASE}::cache-old`, `${PASSWORD}::cache-old-app`]);
  });
});

describe("a name that another release has", () => {
  const planned = (name: string, kind: ReleasePlan["kind"]) => ({ name, kind }) as ReleasePlan;

  it("is refused until that release is gone, with the order of updates", () => {
    const deployed = { ...stores("cache"), web: release("service") };
    const [found, ...more] = nameCollisionProblems(contextOf({}, { deployed }), [
      planned("cache", "service"),
      planned("web", "service"),
      planned("new", "store"),
    ]);
    assert.deepEqual(more, []);
    assert.equal(found?.where, "apps/shop.ts: service cache");
    assert.match(found?.what ?? "", /^a store with this name is deployed/);
    assert.match(
      found?.todo ?? "",
      /^Rename the service; or remove service cache .*, npx flotilla remove cache --stack dev, run .*, then add the service again$/,
    );
  });

  it("is refused by the whole plan when a service and a store swap names", () => {
    const swapped = application({ services: { cache: service() }, stores: { web: redis() } });
    const deployed = { ...stores("cache"), web: release("service") };
    const found = problemsOf(() => planFor(swapped, { allowDeletion: ["store/cache"] }, deployed));
    assert.deepEqual(found.map(({ where }) => where).sort(), [
      "apps/shop.ts: service cache",
      "apps/shop.ts: store web",
    ]);
    assert.match(found.map(({ what }) => what).join(), /a store and a service swapped names/);
  });
});

describe("the location of a deployed stack", () => {
  const there = { namespace: "shop-dev", application: "shop", environment: "dev" };
  const deployed = { ...stores("mysql", "cache"), web: release("service") };
  const deployedNamespace = "created";
  const problems = (config: Record<string, unknown>, deployedPlace: DeployedPlace = there) =>
    placeProblems(contextOf(config, { deployed, deployedPlace, deployedNamespace, stack: "dev-2" }));

  it("does not matter before the first update, and while it does not change", () => {
    assert.deepEqual(problems({}), []);
    assert.deepEqual(placeProblems(contextOf({ namespace: "x" }, {})), []);
    assert.deepEqual(problems({ namespace: "shop-dev", environment: "staging" }), []);
  });

  it("cannot change with the namespace, and the message names what would be lost", () => {
    const [found, ...more] = problems({ namespace: "elsewhere" });
    assert.deepEqual(more, []);
    assert.equal(found?.where, "flotilla:namespace");
    assert.equal(
      found?.what,
      "stack dev-2 is deployed in namespace shop-dev, and this would move it to elsewhere: the old namespace would be deleted with the volumes of cache, mysql",
    );
    assert.match(found?.todo ?? "", /^Set it to shop-dev\. To move it: create a second stack/);
    assert.match(found?.todo ?? "", /npx flotilla destroy --stack dev-2/);
  });

  it("cannot change with the environment", () => {
    const [found] = problems({ environment: "staging" });
    assert.equal(found?.where, "flotilla:environment");
    assert.match(found?.todo ?? "", /^Set it back to dev, or set flotilla:namespace to shop-dev\./);
  });

  it("cannot change with the application's name", () => {
    const [found] = problems({}, { namespace: "store-dev", application: "store", environment: "dev" });
    assert.equal(found?.where, "flotilla:application");
    assert.match(
      found?.todo ?? "",
      /^Set it back to store, or set flotilla:namespace to store-dev if the application was only renamed\./,
    );
  });

  it("is derived from the namespace only if no update has completed, or from the settings if they set it", () => {
    assert.equal(
      problems({ environment: "staging" }, { namespace: "shop-dev" })[0]?.where,
      "flotilla:namespace",
    );
    const both = problems({ namespace: "elsewhere", environment: "staging" });
    assert.equal(both[0]?.where, "flotilla:namespace");
  });

  it("has no volumes to lose without stores", () => {
    const [found] = placeProblems(contextOf({ namespace: "x" }, { deployedPlace: there, deployedNamespace }));
    assert.match(found?.what ?? "", /would be deleted with everything in it$/);
  });

  it("is, in a namespace of others, where the releases are: none is deleted there, and new ones would start empty", () => {
    for (const namespace of ["elsewhere", { name: "elsewhere", create: false }]) {
      const [found] = placeProblems(contextOf({ namespace }, { deployed, deployedPlace: there }));
      assert.match(
        found?.what ?? "",
        /move it to elsewhere: its releases would be installed again there, with empty volumes for cache, mysql$/,
      );
    }
    assert.deepEqual(problems({ namespace: { name: "shop-dev", create: false } }), []);
  });

  it("is checked in every environment by the whole plan", () => {
    for (const environment of ["local", "dev", "staging"]) {
      const [found] = problemsOf(() =>
        plan(contextOf({ environment, namespace: "elsewhere" }, { deployedPlace: there })),
      );
      assert.match(found?.what ?? "", /this would move it to elsewhere/, environment);
    }
  });
});
