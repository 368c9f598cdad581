/** Stores without a password. */
import assert from "node:assert/strict";
import type { Application, Store } from "../../src/model/application";
import { host, members, password, type Text, text, username } from "../../src/model/text";
import type { Deployed } from "../../src/plan/deployed";
import { application, problemsOf, redis, service } from "../support";
import { deployedFrom, planFor, shopWith } from "./store-examples";

const prod = { environment: "prod", cluster: { context: "prod" } };

const refused = (shop: Application, config: Record<string, unknown>, deployed: Deployed) =>
  problemsOf(() => planFor(shop, config, deployed)).map(
    ({ where, what, todo }) => `${where}: ${what} | ${todo}`,
  );

describe("a mongodb without a password", () => {
  const open = (reference: Text = text`mongodb://${members("db")}/shop`, more: Partial<Store> = {}) =>
    application({
      services: { web: service({ uses: ["db"], env: { URL: reference } }) },
      stores: { db: redis({ kind: "mongodb", noPassword: "its clients know none", ...more }) },
    });

  for (const [title, settings] of Object.entries({
    "from Bitnami": { distribution: "bitnami" },
    "from Bitnami, replicated": { ...prod, distribution: "bitnami" },
    "from Bitnami, with metrics": { distribution: "bitnami", monitoring: { namespace: "monitoring" } },
    "from charts/store": { environment: "local", distribution: "upstream" },
  }))
    it(`has no Secret, no password and no accounts Job ${title}, and only accepts its clients`, () => {
      const { releases, secrets, credentials, outputs } = planFor(open(), settings);
      assert.deepEqual(
        { secrets, credentials, secret: outputs.stores.db?.secret },
        {
          secrets: {},
          credentials: {},
          secret: undefined,
        },
      );
      assert.deepEqual(Object.keys(releases).sort(), ["db", "web"]);
      assert.deepEqual(releases.web?.needs, ["db"]);
      assert.doesNotMatch(JSON.stringify(releases), /password|INITDB/i);
      const policy = settings.distribution === "upstream" ? "clients" : "networkPolicy";
      assert.match(JSON.stringify(releases.db?.values[policy]), /"app\.kubernetes\.io\/instance":"web"/);
    });

  it("can be filled by loaders", () => {
    const loaders = {
      data: {
        does: "loads",
        image: { repository: "data", tag: "1" },
        script: "true",
        env: { HOST: [host("db")] },
      },
    };
    const { releases } = planFor(open([members("db")], { loaders }), {});
    assert.deepEqual(releases["db-load-data"]?.needs, ["db"]);
    assert.deepEqual(releases.web?.needs, ["db", "db-load-data"]);
  });

  it("has no accounts, and nothing may refer to a login", () => {
    const account = { username: "app", database: "app", credential: { generated: true as const } };
    assert.match(
      refused(open([members("db")], { accounts: { app: account } }), {}, {})[0] ?? "",
      /store db: has accounts, but runs without a password.* Remove `accounts`, or `noPassword`/s,
    );
    for (const reference of [password("db", "root"), username("db", "app")])
      assert.match(
        refused(open([reference]), {}, {})[0] ?? "",
        /service web, URL: refers to the (password|username) of "db", which runs without a password/,
      );
  });

  it("neither gets nor loses its password if that would lock clients out", () => {
    const secured = shopWith("mongodb");
    const there = (shop: Application, settings: object) => deployedFrom(planFor(shop, { ...settings }));
    const upstream = { environment: "local", distribution: "upstream" };
    for (const settings of [{}, upstream])
      assert.match(
        refused(secured, settings, there(open(), settings))[0] ?? "",
        /deployed without a password, and cannot be changed to run with one: its data has no users.*Restore `noPassword`/s,
      );
    assert.match(
      refused(open(), prod, there(secured, prod))[0] ?? "",
      /deployed with a password, and cannot be changed to run without one: its members use.*Remove `noPassword`/s,
    );
    assert.doesNotThrow(() => planFor(open(), {}, there(secured, {})));
    for (const settings of [{}, prod, upstream]) {
      assert.doesNotThrow(() => planFor(open(), settings, there(open(), settings)));
      assert.doesNotThrow(() => planFor(secured, settings, there(secured, settings)));
    }
    const cache = shopWith("redis", redis({ noPassword: "its clients know none" }));
    assert.match(
      refused(shopWith("redis"), prod, there(cache, prod))[0] ?? "",
      /its nodes use the password to connect to each other/,
    );
    assert.doesNotThrow(() => planFor(shopWith("redis"), {}, there(cache, {})));
  });
});
