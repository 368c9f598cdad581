/** Files generated from the shared chart are up to date. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { GENERATED } from "../../dev/generate/generate";

describe("generated files", () => {
  for (const [path, make] of Object.entries(GENERATED))
    it(`${path} is what npm run generate writes`, async () => {
      assert.equal(await make(), readFileSync(join(PROJECT, path), "utf8"), "run: npm run generate");
    });
});
