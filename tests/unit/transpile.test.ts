/** How a clone loads TypeScript: what it keeps changes nothing. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";

const WAYS = {
  "a command": `require(${JSON.stringify(join(PROJECT, "dev", "transpile.js"))});`,
  "ts-node, as Pulumi and mocha register it": `require("ts-node").register({ project: ${JSON.stringify(join(PROJECT, "tsconfig.json"))} });`,
};

for (const [name, register] of Object.entries(WAYS))
  describe(`TypeScript in a clone, loaded by ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-transpile-"));
    const unique = `${process.pid}-${Date.now()}`;
    after(() => rmSync(folder, { recursive: true }));

    /** Runs a program, and returns its output and whether it has loaded swc. */
    const run = async (file: string, text: string) => {
      writeFileSync(join(folder, file), text);
      const script = `
        ${register}
        require(${JSON.stringify(join(folder, file))});
        console.log(Object.keys(require.cache).some((path) => path.includes("@swc/core/index")));`;
      const { all = "" } = await execa(process.execPath, ["-e", script], {
        cwd: PROJECT,
        all: true,
        reject: false,
      });
      return all;
    };
    const program = (more = "") =>
      `const made: string = "${unique}${name}${more}";\nconsole.log(made as string);\n`;

    it("is transpiled once, and again when it has changed", async () => {
      assert.equal(await run("a.ts", program()), `${unique}${name}\ntrue`);
      assert.equal(await run("b.ts", program()), `${unique}${name}\nfalse`);
      assert.equal(await run("b.ts", program("-changed")), `${unique}${name}-changed\ntrue`);
    });

    it("names the file, line and column of an error, also when it was transpiled before", async () => {
      const text = `interface Unused { a: string }\n\n  throw new Error("${unique}${name}");\n`;
      for (const file of ["c.ts", "d.ts"])
        assert.match(await run(file, text), new RegExp(`${file}:3:9`), file);
    });
  });
