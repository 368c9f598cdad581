/** `flotilla new project`: what it writes, and what it refuses before it writes anything. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { syntaxFaults } from "../../cli/core/syntax";
import { PACKAGE } from "../../cli/tools/paths";
import { writeProject } from "../../cli/tools/project-template";
import { readSettings } from "../../src/config/settings";
import { stackConfig } from "../../src/config/stack";
import { readProjectFiles } from "../../src/runtime/project-files";
import { application } from "../support";

describe("flotilla new project", function () {
  this.timeout(20_000);
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "flotilla-new-project-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));
  const run = (...args: string[]) =>
    execa(join(PACKAGE, "cli/bin.js"), ["new", "project", ...args], { cwd: root, all: true, reject: false });
  const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

  for (const [name, constant] of [
    ["order-desk", "orderDesk"],
    ["shop", "shop"],
    ["text", "textApplication"],
    ["new", "newApplication"],
    ["a-1", "a1"],
  ] as const)
    it(`gives the application ${name} a file and a constant`, () => {
      writeProject(join(root, "project"), name);
      assert.match(read("project", "apps", `${name}.ts`), new RegExp(`export const ${constant}: Inventory`));
      assert.match(
        read("project", "apps", "index.ts"),
        new RegExp(`import { ${constant} } from "./${name}"`),
      );
      for (const file of readdirSync(join(root, "project"), { recursive: true, encoding: "utf8" })) {
        if (!statSync(join(root, "project", file)).isFile()) continue;
        assert.doesNotMatch(read("project", file), /my-?shop/i, file);
        if (file.endsWith(".ts")) assert.deepEqual(syntaxFaults(file, read("project", file)), [], file);
      }
    });

  it("writes stacks with valid settings, and a package.json with exact versions", () => {
    writeProject(root, "shop");
    const files = readProjectFiles(root);
    assert.deepEqual(Object.keys(files.stacks).sort(), ["dev", "local", "prod", "staging"]);
    for (const stack of Object.keys(files.stacks))
      readSettings(stackConfig(files, stack), { shop: application() });
    const { dependencies, devDependencies } = JSON.parse(read("package.json")) as Record<
      string,
      Record<string, string>
    >;
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies }))
      assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.ok(existsSync(join(root, ".gitignore")));
  });

  it("takes the name of the folder, or the one that is given", async () => {
    assert.equal((await run("shop")).exitCode, 0);
    assert.ok(existsSync(join(root, "shop", "apps", "shop.ts")));
    assert.equal((await run("Other", "--application", "other")).exitCode, 0);
    assert.ok(existsSync(join(root, "Other", "apps", "other.ts")));
  });

  it("refuses a folder with something in it, and names that no application can have", async () => {
    writeFileSync(join(root, "file"), "");
    for (const [args, expected] of [
      [["."], /is not a valid application name|is not empty/],
      [[".", "--application", "shop"], /^\. is not empty, so nothing was written\n/],
      [["file"], /^file is not empty/],
      [["Bad_Name"], /"Bad_Name" is not a valid application name\n {2}.*--application/],
      [["x", "--application", "a".repeat(41)], /at most 40/],
      [["flotilla"], /cannot be named flotilla/],
    ] as const) {
      const { all = "", exitCode } = await run(...args);
      assert.equal(exitCode, 3, all);
      assert.match(all, expected);
    }
    assert.deepEqual(readdirSync(root), ["file"]);
  });
});
