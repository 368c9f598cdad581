/** The shared chart stays readable: a file shows one kind and fits on a screen, a helper is documented. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";

const FOLDER = join(PROJECT, "charts/microservice/templates");
/** Number of lines on a screen. */
const SCREEN = 50;

const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" });
const read = (file: string) => readFileSync(join(FOLDER, file), "utf8");

describe("the templates of charts/microservice", () => {
  for (const file of files.filter((name) => name.endsWith(".yaml")))
    it(`${file} shows one kind, on one screen`, () => {
      const kinds = new Set([...read(file).matchAll(/^kind: (\w+)/gm)].map(([, kind]) => kind));
      assert.ok(kinds.size <= 1, [...kinds].join());
      const lines = read(file).split("\n").length;
      assert.ok(lines <= SCREEN, `${lines} lines`);
    });

  for (const file of files.filter((name) => name.endsWith(".tpl")))
    it(`${file} documents each helper, and each is used`, () => {
      for (const [, before, name] of read(file).matchAll(/((?:.*\n)?){{- define "([^"]+)"/g)) {
        assert.match(before ?? "", /\*\/}}\n$/, `${name} has no comment`);
        const uses = files
          .filter((other) => /\.(yaml|tpl|txt)$/.test(other))
          .flatMap((other) => read(other).match(new RegExp(`include "${name}"`, "g")) ?? []);
        assert.ok(uses.length > 0, `${name} is not used`);
      }
    });
});
