/** Adding a service to the source of an inventory: files as people write them. */
import assert from "node:assert/strict";
import { describe as describeService } from "../../cli/core/new-service/description";
import { insertService } from "../../cli/core/new-service/insert";
import type { Store } from "../../src/model/application";
import { application, redis } from "../support";

const generated = { credential: { generated: true as const } };
const db: Store = redis({
  kind: "mysql",
  accounts: { users: { username: "users", database: "users", ...generated } },
});
const shop = application({ services: {}, stores: { db } });
const described = (name: string) =>
  describeService(shop, {
    name,
    language: "go",
    uses: ["db"],
    image: { repository: "example.com/orders", tag: "1.0.0" },
  });
const insert = (source: string, name = "orders") =>
  insertService(source, "shop", described(name), "../src/model/text");

const inventory = (
  services: string,
  accounts = "{}",
  imports = 'import { host } from "../src/model/text";',
) =>
  `${imports}
export const shop = {
  name: "shop",
  services: ${services},
  stores: { db: { kind: "mysql", accounts: ${accounts} } },
};
`;

describe("a new service in an inventory's source", () => {
  it("does not log in to a mongodb without a password", () => {
    const open = application({
      services: {},
      stores: { db: redis({ kind: "mongodb", noPassword: "its clients know none" }) },
    });
    const image = { repository: "example.com/orders", tag: "1.0.0" };
    const { lines, accounts } = describeService(open, {
      name: "orders",
      language: "go",
      uses: ["db"],
      image,
    });
    assert.ok(
      lines
        .join("\n")
        .includes('DB_URL: text`mongodb://${members("db")}/orders?appName=orders${replicaSet("db")}`'),
      lines.join("\n"),
    );
    assert.deepEqual(accounts, {});
  });

  it("is added after the others, whatever their last lines look like", () => {
    for (const services of [
      "{}",
      "{ web: a() }",
      "{ web: a(), }",
      "{\n    web: a(),\n  }",
      "{\n    web: a()\n  }",
      "{\n    // first\n    web: a(), // a comment\n    // last\n  }",
    ]) {
      const { source = "", byHand } = insert(inventory(services)) ?? {};
      const plain = source.replace(/\/\/.*$/gm, "").replace(/\s+/g, " ");
      assert.match(plain, services === "{}" ? /services: \{ orders: \{/ : /web: a\(\), orders: \{/, source);
      assert.match(plain, /accounts: \{ orders: \{ username: "orders"/);
      for (const comment of services.match(/\/\/.*/g) ?? []) assert.ok(source.includes(comment));
      assert.deepEqual(byHand, []);
    }
  });

  it("is added to the application's services, not to another object of that name", () => {
    const decoy = `const defaults = { services: { replicas: 1 } };\n${inventory("{}")}`;
    const { source = "" } = insert(decoy) ?? {};
    assert.ok(source.includes("const defaults = { services: { replicas: 1 } };"));
    assert.equal(insert('export const shop = { name: "shop", services: all };'), undefined);
    assert.equal(insert('export const other = { name: "other", services: {} };'), undefined);
  });

  it("imports what it calls next to existing imports, in the same line or another", () => {
    const imported = (imports: string) =>
      (insert(inventory("{}", "{}", imports))?.source ?? "").split("export")[0];
    assert.equal(
      imported('import { host } from "../src/model/text";')?.trim(),
      'import { host, password, port, username } from "../src/model/text";',
    );
    assert.equal(
      imported('import * as t from "../src/model/text";')?.trim(),
      'import * as t from "../src/model/text";\nimport { host, password, port, username } from "../src/model/text";',
    );
    assert.equal(
      imported('import type { Application } from "../src/model/application";')?.trim(),
      'import type { Application } from "../src/model/application";\nimport { host, password, port, username } from "../src/model/text";',
    );
  });

  it("has its own account, under an unused name", () => {
    const { lines, accounts } = described("users");
    assert.deepEqual(accounts, { db: "users2" });
    assert.ok(lines.some((line) => line.includes('[password("db", "users2")]')));
  });

  it("says what to do by hand if a store's accounts are not a literal", () => {
    const { byHand } = insert(inventory("{}", "accountsOf()")) ?? {};
    assert.match(byHand?.[0] ?? "", /^add this account to store db: orders: \{ username: "orders"/);
  });
});
