/** The transpiler of a clone: its cache changes nothing. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";

describe("the transpiler of a clone", () => {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-transpile-"));
  const unique = `${process.pid}-${Date.now()}`;
  after(() => rmSync(folder, { recursive: true }));

  /** Runs a program, and returns its output and whether it has loaded swc. */
  const run = async (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text);
    const script = `
      require("ts-node").register({ project: ${JSON.stringify(join(PROJECT, "tsconfig.json"))} });
      require(${JSON.stringify(file)});
      console.log(Object.keys(require.cache).some((path) => path.includes("@swc/core/index")));`;
    const { all = "" } = await execa(process.execPath, ["-e", script], {
      cwd: PROJECT,
      all: true,
      reject: false,
    });
    return all;
  };
  const program = (more = "") => `const made: string = "${unique}${more}";\nconsole.log(made as string);\n`;

  it("transpiles a text once, and again when it has changed", async () => {
    assert.equal(await run("a.ts", program()), `${unique}\ntrue`);
    assert.equal(await run("b.ts", program()), `${unique}\nfalse`);
    assert.equal(await run("b.ts", program("-changed")), `${unique}-changed\ntrue`);
  });

  it("names the file and line of an error, also from the cache", async () => {
    const text = `interface Unused { a: string }\n\nthrow new Error("${unique}");\n`;
    for (const name of ["c.ts", "d.ts"]) assert.match(await run(name, text), new RegExp(`${name}:3`), name);
  });
});
