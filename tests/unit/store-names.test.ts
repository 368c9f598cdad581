/** Names of users and databases: what each kind accepts, and how they appear in the scripts of its Jobs. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import type { Account } from "../../src/model/application";
import { validateApplication } from "../../src/model/validate";
import { type BuiltInKind, STORE_KINDS } from "../kinds";
import { application, redis, service } from "../support";
import { deployedFrom, planFor, secretValues } from "./store-examples";

const account = (more: Partial<Account>): Account => ({
  username: "app",
  credential: { generated: true },
  ...more,
});
const shopOf = (kind: BuiltInKind, accounts: Record<string, Account>) =>
  application({ services: { web: service({ uses: ["db"] }) }, stores: { db: redis({ kind, accounts }) } });
const problems = (kind: BuiltInKind, ...accounts: Partial<Account>[]) =>
  validateApplication(
    shopOf(kind, Object.fromEntries(accounts.map((one, index) => [`a${index}`, account(one)]))),
  ).map(({ what }) => what);

type Work = { command: string[]; args: string[] };
const withDatabases = ["mysql", "mongodb"] as const;

describe("the name of a database", () => {
  it("can have hyphens, digits and underscores, also at the beginning", () => {
    for (const kind of withDatabases)
      for (const database of [
        "order-service",
        "order_service",
        "2024-orders",
        "_orders",
        "O",
        "x".repeat(63),
      ])
        assert.deepEqual(problems(kind, { database }), [], `${kind} ${database}`);
    assert.deepEqual(problems("mysql", { database: "shop.orders" }), []);
  });

  it("is refused if the server would refuse it or interpret it", () => {
    for (const kind of withDatabases)
      for (const database of ["", "-orders", "or`ders", "or'ders", "a b", "$x", "ä", "a/b", "x".repeat(65)])
        assert.equal(problems(kind, { database }).length, 1, `${kind} ${database}`);
    for (const database of ["mysql", "sys", "INFORMATION_SCHEMA", "performance_schema"])
      assert.match(problems("mysql", { database })[0] ?? "", /is reserved for the store/);
    for (const database of ["local", "config"])
      assert.match(problems("mongodb", { database })[0] ?? "", /is reserved for the store/);
    assert.match(problems("mongodb", { database: "a.b" })[0] ?? "", /"a\.b" is not a valid database/);
    assert.match(
      problems("mongodb", { database: "x".repeat(64) })[0] ?? "",
      /the database name has 64 characters/,
    );
  });

  it("must be there, and only for kinds that have databases", () => {
    assert.deepEqual(problems("mysql", {}), ["the account has no database"]);
    assert.deepEqual(problems("rabbitmq", { database: "shop" }), ["rabbitmq has no databases"]);
  });

  it("must differ by more than case from another one of a mongodb", () => {
    const two = (one: string, other: string) =>
      [
        { username: "a", database: one },
        { username: "b", database: other },
      ] as const;
    assert.match(problems("mongodb", ...two("Shop", "shop"))[0] ?? "", /differs only by case from "shop"/);
    assert.deepEqual(problems("mysql", ...two("Shop", "shop")), []);
    assert.deepEqual(problems("mongodb", ...two("shop", "shop")), []);
  });
});

describe("the name of a user", () => {
  it("can have hyphens and dots, and as many characters as the server accepts", () => {
    for (const kind of STORE_KINDS.filter((kind) => kind !== "redis")) {
      const database = kind === "rabbitmq" ? {} : { database: "shop" };
      for (const username of ["order-service", "order.service", "_x", "2x", "x".repeat(32)])
        assert.deepEqual(problems(kind, { username, ...database }), [], `${kind} ${username}`);
      for (const username of ["", "-x", ".x", "a@b", "a:b", "a'b", "a b", "ä", "x".repeat(65)])
        assert.equal(problems(kind, { username, ...database }).length, 1, `${kind} ${username}`);
    }
    assert.match(
      problems("mysql", { username: "x".repeat(33), database: "shop" })[0] ?? "",
      /the user name has 33 characters/,
    );
    assert.match(
      problems("mysql", { username: "mysql.sys", database: "shop" })[0] ?? "",
      /reserved for the store/,
    );
  });
});

describe("the accounts Job of a mysql", () => {
  it("quotes names, and grants nothing on databases with similar names", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-names-"));
    try {
      const log = join(folder, "log");
      writeFileSync(join(folder, "mysql"), `#!/bin/bash\ncat >>'${log}'\n`);
      chmodSync(join(folder, "mysql"), 0o755);
      const plan = planFor(
        shopOf("mysql", { app: account({ username: "order-service", database: "order-service_v2" }) }),
        {},
      );
      const job = plan.releases["db-accounts"];
      assert.ok(job);
      const { command, args } = job.values as Work;
      const [shell = "", ...options] = command;
      await execa(shell, [...options, ...args.map((text) => text.replaceAll("$$", "$"))], {
        env: {
          HOST: "db",
          PORT: "3306",
          ...secretValues(plan, "db-accounts", () => "secret"),
          PATH: `${folder}:${process.env.PATH}`,
        },
      });
      assert.equal(
        readFileSync(log, "utf8"),
        [
          "CREATE DATABASE IF NOT EXISTS `order-service_v2`;",
          "CREATE USER IF NOT EXISTS 'order-service'@'%' IDENTIFIED BY 'secret';",
          "GRANT ALL ON `order-service\\_v2`.* TO 'order-service'@'%';",
          "",
        ].join("\n"),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the rotation of names with hyphens", () => {
  it("is planned for each kind that has Jobs for it", () => {
    for (const kind of STORE_KINDS.filter((kind) => kind !== "redis")) {
      const database = kind === "rabbitmq" ? {} : { database: "order-service" };
      const shop = shopOf(kind, { app: account({ username: "order-service", ...database }) });
      const rotated = planFor(shop, { stores: { db: { generation: 2 } } }, deployedFrom(planFor(shop, {})));
      const name = kind === "mysql" ? "order-service" : "order-service_2";
      assert.ok(JSON.stringify(rotated.releases["db-rotate-2-begin"]?.values).includes(name), kind);
    }
  });
});
