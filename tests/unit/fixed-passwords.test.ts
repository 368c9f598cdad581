/** Passwords fixed by images, with any printable characters, in the scripts of Jobs and charts. */
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import execa from "execa";
import type { Account, Application, Service } from "../../src/model/application";
import { password, passwordInUrl, text } from "../../src/model/text";
import { validateApplication } from "../../src/model/validate";
import { fillText } from "../../src/plan/credentials/secret-text";
import type { Plan, Values } from "../../src/plan/plan";
import { application, planFor, problemsOf, redis, service } from "../support";
import { secretValues } from "./store-examples";

const NASTY = `p@:/?#%&'"\\$ \${x} $(date) \`id\`, ; {{ü}} \\' &&`;
const fixed = (value: string): Account["credential"] => ({ fixed: value, reason: "written into the image" });
const shopWith = (kind: "mysql" | "mongodb" | "rabbitmq", ...passwords: string[]): Application =>
  application({
    services: {
      web: service({ uses: ["db"], env: { URL: text`x://app:${passwordInUrl("db", "app0")}@db/` } }),
    },
    stores: {
      db: redis({
        kind,
        accounts: Object.fromEntries(
          passwords.map((value, index) => [
            `app${index}`,
            {
              username: `app${index}`,
              ...(kind === "rabbitmq" ? {} : { database: "shop" }),
              credential: fixed(value),
            },
          ]),
        ),
      }),
    },
  });
const upstream = { environment: "local", distribution: "upstream" };
const valuesOf = (plan: Plan, name: string) => plan.releases[name]?.values as Values;

describe("a password fixed by an image", () => {
  it("can have any printable characters", () => {
    for (const kind of ["mysql", "mongodb", "rabbitmq"] as const) {
      assert.deepEqual(validateApplication(shopWith(kind, NASTY)), []);
      for (const value of ["a\nb", "a\0", "-rf", "\u200b"])
        assert.match(validateApplication(shopWith(kind, value))[0]?.what ?? "", /the fixed password starts/);
    }
  });

  it("is encoded in a URL", () => {
    const { secrets } = planFor(shopWith("mysql", NASTY), {});
    const url = fillText(secrets["web-env"]?.keys.URL ?? [], { "db-app0": NASTY });
    assert.equal(decodeURIComponent(new URL(url).password), NASTY);
  });

  it("is quoted for SQL by the accounts Job of a mysql", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-fixed-"));
    try {
      const log = join(folder, "log");
      writeFileSync(join(folder, "mysql"), `#!/bin/bash\ncat >>'${log}'\n`);
      chmodSync(join(folder, "mysql"), 0o755);
      const plan = planFor(shopWith("mysql", NASTY, "plain1"), {});
      const { command, args } = valuesOf(plan, "db-accounts") as { command: string[]; args: string[] };
      const [shell = "", ...options] = command;
      const values: Record<string, string> = { "db-root": "root", "db-app0": NASTY, "db-app1": "plain1" };
      await execa(shell, [...options, ...args.map((word) => word.replaceAll("$$", "$"))], {
        env: {
          HOST: "db",
          PORT: "3306",
          ...secretValues(plan, "db-accounts", (credential) => values[credential] ?? ""),
          PATH: `${folder}:${process.env.PATH}`,
        },
      });
      const strings = [...readFileSync(log, "utf8").matchAll(/IDENTIFIED BY '((?:[^'\\]|''|\\.)*)';/g)];
      // The way mysql reads a string.
      const read = strings.map(([, quoted = ""]) =>
        quoted.replace(/''|\\(.)/g, (both, one) => one ?? both[0]),
      );
      assert.deepEqual(read, [NASTY, "plain1"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("arrives unchanged in the accounts Job of a mongodb", () => {
    const plan = planFor(shopWith("mongodb", NASTY), {});
    const { env } = valuesOf(plan, "db-accounts") as { env: Record<string, string> };
    const created: string[] = [];
    const db = {
      getSiblingDB: () => db,
      getUser: () => null,
      createUser: ({ pwd }: { pwd: string }) => created.push(pwd),
    };
    const { files = {} } = valuesOf(plan, "db-accounts").config as {
      files?: Record<string, { content: string }>;
    };
    const variables = secretValues(plan, "db-accounts", (credential) =>
      credential === "db-app0" ? NASTY : "root",
    );
    const context = { process: { env: { ...env, ...variables } }, connect: () => db, print: () => {} };
    for (const { content } of Object.values(files)) runInContext(content, createContext(context));
    assert.deepEqual(created, [NASTY]);
  });

  it("is kept out of scripts of charts and images, which do not quote", () => {
    const auth = (kind: "mysql" | "mongodb", ...passwords: string[]) => {
      const plan = planFor(shopWith(kind, ...passwords), {});
      return { auth: valuesOf(plan, "db").auth as Values, keys: plan.secrets["db-auth"]?.keys ?? {} };
    };
    const mysql = auth("mysql", NASTY, "plain1");
    assert.equal(mysql.auth.username, "app1");
    assert.deepEqual(mysql.keys["mysql-password"], [{ credential: "db-app1" }]);
    const none = auth("mysql", NASTY);
    assert.equal(none.auth.username, undefined);
    assert.equal(none.auth.createDatabase, false);
    assert.deepEqual(none.keys["mysql-password"], ["unused"]);
    const mongodb = auth("mongodb", "plain1", NASTY, "plain2");
    assert.deepEqual(mongodb.auth.usernames, ["app0", "app2"]);
    assert.deepEqual(mongodb.keys["mongodb-passwords"], [
      { credential: "db-app0" },
      ",",
      { credential: "db-app2" },
    ]);
    assert.equal("mongodb-passwords" in auth("mongodb", NASTY).keys, false);
    assert.doesNotMatch(
      JSON.stringify(valuesOf(planFor(shopWith("mysql", NASTY), upstream), "db")),
      /MYSQL_USER/,
    );
  });

  it("is refused in an unquoted YAML value", () => {
    const shop = shopWith("mysql", NASTY);
    const file = text`url: x://u:${password("db", "app0")}@h`;
    const services = { web: { ...(shop.services.web as Service), files: { "/a.yaml": file } } };
    assert.match(
      problemsOf(() => planFor({ ...shop, services }, {}))[0]?.what ?? "",
      /the password of "db" is part of a YAML value without quotes/,
    );
  });
});
