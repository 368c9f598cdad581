/** What is deployed stays the same, byte for byte, while code is refactored. */
import assert from "node:assert/strict";
import { differences, golden, recorded } from "./golden-plans";

describe("plans and manifests", () => {
  it("are the recorded ones (after an intended change: npm run golden -- --write)", async function () {
    this.timeout(240_000);
    assert.deepEqual(differences(recorded(), await golden()), []);
  });
});
