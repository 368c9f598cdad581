/** Editors and docs use the schema as well. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { parse } from "yaml";
import { PROJECT } from "../../cli/tools/paths";
import { LAYERS } from "../../src/config/layers";
import { reference } from "../../src/config/schema/reference";
import { CASES, FOLDER } from "../bad-config";

const read = (...path: string[]) => readFileSync(join(PROJECT, ...path), "utf8");

describe("the settings' schema", () => {
  const keys = reference();

  it("has meaning, unit and default of every key", () => {
    assert.ok(keys.length > 100, `${keys.length} keys`);
    for (const { path, description, unit, usual } of keys)
      for (const [what, text] of Object.entries({ description, unit, usual }))
        assert.ok(text.length > 0, `${path.join(".")} has no ${what}`);
  });

  it("is in docs/configuration.md, key by key", () => {
    const page = read("docs", "configuration.md");
    for (const { path } of keys.filter(({ path }) => path.length === 1))
      assert.ok(page.includes(`\`flotilla:${path[0]}\``));
  });

  const validate = new Ajv({ allErrors: true, strict: false, logger: false, validateFormats: false }).compile(
    JSON.parse(read("config", "stack.schema.json")),
  );
  const layers = readdirSync(join(PROJECT, LAYERS)).map((file) => `${LAYERS}/${file}`);
  const stacks = readdirSync(PROJECT).filter((file) => /^Pulumi\..+\.yaml$/.test(file));

  for (const file of [...stacks, ...layers])
    it(`accepts ${file}, which refers to it for editors`, () => {
      assert.ok(validate(parse(read(file))), JSON.stringify(validate.errors));
      const [, named] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(read(file)) ?? [];
      assert.ok(named && existsSync(join(PROJECT, file, "..", named)), `${file} names ${named}`);
    });

  it("accepts null to remove a value, and what `pulumi config set` writes", () => {
    const config = {
      "flotilla:ingress": null,
      "flotilla:replicas": "3",
      "flotilla:standIns": "true",
      "flotilla:services": { cart: { tag: null } },
      "flotilla:credentials": { "bank-shop": { secure: "v1:abc" } },
      "kubernetes:context": "x",
    };
    assert.ok(validate({ config, encryptionsalt: "v1:abc" }), JSON.stringify(validate.errors));
  });

  it("refuses in the editor most of what the program refuses", () => {
    const seen = ["unknown-key", "unknown-key-of-a-service", "unknown-environment", "list-for-a-map"];
    seen.push(
      "text-for-a-number",
      "number-for-a-tag",
      "out-of-range",
      "no-quantity",
      "password-in-plain-text",
      "way-in",
    );
    for (const name of seen) {
      assert.ok(CASES.includes(name), name);
      assert.equal(validate(parse(readFileSync(join(FOLDER, `${name}.yaml`), "utf8"))), false, name);
    }
  });

  it("keeps the regional stacks below eleven lines", () => {
    for (const file of stacks.filter((name) => /^Pulumi\.prod-/.test(name)))
      assert.ok(read(file).trimEnd().split("\n").length <= 10, file);
  });
});
