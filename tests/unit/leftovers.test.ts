/** Claims left behind by a store, and the passwords in their data. */
import assert from "node:assert/strict";
import type { ExportedResource } from "../../cli/core/state";
import { passwordsIn, passwordsLike, withPast } from "../../cli/stack/past-passwords";
import { type ClaimObject, isClaimOf, leftoverProblems, newStores } from "../../src/runtime/leftover-claims";
import { application, planFor, service } from "../support";
import { storeOf } from "./store-examples";

const claim = (name: string, instance?: string): ClaimObject => ({
  metadata: { name, ...(instance ? { labels: { "app.kubernetes.io/instance": instance } } : {}) },
  spec: { resources: { requests: { storage: "8Gi" } } },
});

describe("a claim left behind by a store", () => {
  it("is recognized by its label, or else by its name", () => {
    assert.ok(isClaimOf(claim("anything", "db"), "db"));
    assert.ok(!isClaimOf(claim("data-db-0", "other"), "db"));
    for (const name of ["data-db-0", "datadir-db-2", "redis-data-db-master-0", "data-db-primary-1"])
      assert.ok(isClaimOf(claim(name), "db"), name);
    for (const name of ["data-db-2-0", "data-dbx-0", "db", "by-hand", "data-db-0-copy", "data-other-db-0"])
      assert.ok(!isClaimOf(claim(name), "db"), name);
  });

  it("is refused with its size and both ways to continue", () => {
    const shop = application({
      services: { web: service() },
      stores: { db: storeOf("mysql"), cache: storeOf("redis") },
    });
    const of = { namespace: "shop-dev", stack: "dev" };
    const [kept] = leftoverProblems(shop, ["db"], [claim("data-db-0", "db")], ["db-auth"], of);
    assert.match(kept?.what ?? "", /volume claim data-db-0 \(8Gi\) of an earlier db/);
    assert.match(kept?.todo ?? "", /reuse the passwords of Secret db-auth: npx flotilla adopt --stack dev/);
    assert.match(
      kept?.todo ?? "",
      /kubectl delete pvc data-db-0 -n shop-dev && kubectl delete secret db-auth -n shop-dev$/,
    );
    const [lost] = leftoverProblems(shop, ["db"], [claim("data-db-0", "db")], [], of);
    assert.match(lost?.todo ?? "", /find their passwords in the stack's history/);
    assert.deepEqual(leftoverProblems(shop, ["db"], [claim("data-other-0", "other")], [], of), []);
    // redis keeps no password in its data, but its old Secret would conflict with the new one.
    const redis = [claim("data-cache-0", "cache")];
    assert.deepEqual(leftoverProblems(shop, ["cache"], redis, [], of), []);
    const [old] = leftoverProblems(shop, ["cache"], redis, ["cache-auth"], of);
    assert.match(old?.what ?? "", /^Secret cache-auth of an earlier cache still exists/);
    assert.match(old?.todo ?? "", /: kubectl delete secret cache-auth -n shop-dev$/);
  });
});

describe("stores that are new to a stack", () => {
  const shop = application({
    services: { web: service({ uses: ["db", "cache"] }) },
    stores: { db: storeOf("mysql"), cache: storeOf("redis") },
  });
  const planned = planFor(shop);
  const passwords = Object.keys(planned.credentials);

  it("are those whose passwords are in no state", () => {
    assert.deepEqual(newStores(shop, planned, {}, {}), ["db", "cache"]);
    assert.deepEqual(newStores(shop, planned, {}, { passwords }), []);
  });

  it("are not those that are deployed, whatever passwords the state has", () => {
    const db = planned.releases.db;
    assert.ok(db);
    const deployed = { db: { kind: db.kind, chart: "mysql", values: db.values } };
    assert.deepEqual(newStores(shop, planned, deployed, {}), ["cache"]);
  });
});

const ROOT = "urn:pulumi:dev::flotilla::pulumi:pulumi:Stack::flotilla-dev";
const HOME = "urn:pulumi:dev::flotilla::flotilla:index:Credentials::credentials";
const PROVIDER = "urn:pulumi:dev::flotilla::pulumi:providers:random::default";
const TYPE = "random:index/randomPassword:RandomPassword";

const password = (name: string, provider: string, parent = HOME): ExportedResource => ({
  urn: `urn:pulumi:dev::flotilla::flotilla:index:Credentials$${TYPE}::${name}`,
  type: TYPE,
  id: "none",
  parent,
  provider,
  dependencies: ["urn:pulumi:dev::flotilla::gone"],
  propertyDependencies: { length: null },
  outputs: { result: { ciphertext: name } },
});

describe("passwords of an earlier state", () => {
  const provider = (id: string): ExportedResource => ({
    urn: PROVIDER,
    type: "pulumi:providers:random",
    id,
  });
  const past = [
    provider("old"),
    password("db-root", `${PROVIDER}::old`),
    password("db-app", `${PROVIDER}::old`),
  ];

  it("are found with their provider, all or none", () => {
    assert.deepEqual(
      passwordsIn(past, ["db-root"])?.map(({ urn }) => urn.split("::").at(-1)),
      ["default", "db-root"],
    );
    assert.equal(passwordsIn(past, ["db-root", "db-other"]), undefined);
    assert.equal(passwordsIn([{ ...past[1], delete: true } as ExportedResource], ["db-root"]), undefined);
  });

  it("are added to the current one, and nothing else", () => {
    const present: ExportedResource[] = [
      { urn: ROOT, type: "pulumi:pulumi:Stack" },
      { urn: HOME, type: "flotilla:index:Credentials", parent: ROOT },
      provider("new"),
    ];
    const [, , , found] = withPast(present, passwordsIn(past, ["db-root"]) ?? []);
    assert.equal(found?.provider, `${PROVIDER}::new`);
    assert.equal(found?.parent, HOME);
    assert.deepEqual(found?.dependencies, []);
    assert.equal("propertyDependencies" in (found ?? {}), false);
    assert.deepEqual(found?.outputs, { result: { ciphertext: "db-root" } });
    const bare = withPast(present.slice(0, 1), passwordsIn(past, ["db-app"]) ?? []);
    assert.deepEqual(
      bare.map(({ urn, parent }) => [urn.split("::").at(-1), parent]),
      [
        ["flotilla-dev", undefined],
        ["default", undefined],
        ["db-app", ROOT],
      ],
    );
    assert.equal(bare.at(-1)?.provider, `${PROVIDER}::old`);
  });

  it("do not change what exists", () => {
    const there = password("db-root", `${PROVIDER}::new`);
    const result = withPast([provider("new"), there], passwordsIn(past, ["db-root"]) ?? []);
    assert.deepEqual(result, [provider("new"), there]);
  });

  it("can be created after another resource if none is left", () => {
    const [made] = passwordsLike(past[1] as ExportedResource, ["db-new"]);
    assert.match(made?.urn ?? "", /RandomPassword::db-new$/);
    assert.equal(made?.provider, `${PROVIDER}::old`);
  });
});
