/** What is deployed stays what it is, byte for byte, while the code around it is rearranged. */
import assert from "node:assert/strict";
import { differences, golden, recorded } from "./golden-plans";

describe("plans and manifests", () => {
  it("are those that were recorded (if they are meant to change: npm run golden -- --write)", async function () {
    this.timeout(240_000);
    assert.deepEqual(differences(recorded(), await golden()), []);
  });
});
