/** What Flotilla is made of may be used by everybody, and installs without running anything. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { productionPackages } from "../../dev/generate/licenses";

/** Licences that ask for no more than their own text. */
const FREE = [
  ...["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0", "Python-2.0"],
  ...["CC0-1.0", "CC-BY-3.0", "Apache-2.0 AND MIT", "(BSD-3-Clause AND Apache-2.0)"],
];
/** Those whose package names no identifier, with what their licence file says. */
const BY_FILE: Record<string, string> = { "@logdna/tail-file": "MIT" };

describe("the packages Flotilla runs with", () => {
  it("have licences that let everybody use them", () => {
    const packages = productionPackages();
    assert.ok(packages.length > 100);
    for (const { name, license } of packages)
      assert.ok(FREE.includes(BY_FILE[name] ?? license), `${name}: ${license}`);
  });

  it("need no script to be installed, and none is run", () => {
    const makefile = readFileSync(join(PROJECT, "Makefile"), "utf8");
    const installing = makefile.split("\n").filter((text) => /npm (ci|install)/.test(text));
    assert.ok(installing.length > 0);
    for (const line of installing) assert.match(line, /--ignore-scripts/);
  });
});
