/** A settings key is declared once: everything that shows keys reads them from the schema. */
import assert from "node:assert/strict";
import { join } from "node:path";
import execa from "execa";
import { PROJECT } from "../../cli/tools/paths";

interface Shown {
  defaults: Record<string, [unknown, string]>;
  set: Record<string, [unknown, string]>;
  wrong: string;
  misspelled: string;
  page: string;
  schema: string;
}

describe("a key added to the schema", function () {
  this.timeout(30_000);
  let shown: Shown;

  // In a separate process, because the schema is already compiled in this one.
  before(async () => {
    const program = join(PROJECT, "tests", "unit", "added-key", "program.ts");
    const { stdout } = await execa("node", ["--require", "ts-node/register", program], { cwd: PROJECT });
    shown = JSON.parse(stdout) as Shown;
  });

  it("shows in `flotilla config` with its default, at every level", () => {
    const { defaults } = shown;
    assert.deepEqual(defaults.patience, [7, "default"]);
    assert.deepEqual(defaults["services.web.patience"], [7, "default"]);
    assert.deepEqual(defaults["services.cart.patience"], [7, "default"]);
    assert.deepEqual(defaults["stores.mysql.patience"], [7, "default"]);
    assert.deepEqual(defaults["externals.payment-gateway.patience"], [7, "default"]);
  });

  it("shows in `flotilla config --explain` with the file that sets it", () => {
    assert.deepEqual(shown.set["services.web.patience"], [9, "stack"]);
    assert.deepEqual(shown.set["services.cart.patience"], [7, "default"]);
  });

  it("is refused with its unit when it is invalid, and suggested when it is misspelled", () => {
    assert.match(shown.wrong, /flotilla:patience: must be at least 1, not 0/);
    assert.match(shown.misspelled, /stores\.mysql\.patienc: .*Did you mean "patience"\?/s);
  });

  it("is in the reference and in the editors' schema", () => {
    assert.match(shown.page, /\| `flotilla:patience` \| How long to wait for it\. \| minutes \| 7 \|/);
    assert.match(shown.page, /### flotilla:services\.<name>\n[^#]*\| `patience` \|/);
    assert.match(
      shown.schema,
      /"flotilla:patience": \{\s+"description": "How long to wait for it\.\\nUnit: minutes\. Default: 7\."/,
    );
  });
});
