import assert from "node:assert/strict";
import { repairOf, unfinishedReleases } from "../../commands/repair";

describe("repair after a killed update", () => {
  it("finds the Helm releases that were worked on", () => {
    const release = { type: "kubernetes:helm.sh/v3:Release", inputs: { name: "cart", namespace: "shop" } };
    const exported = {
      deployment: {
        pending_operations: [
          { type: "creating", resource: release },
          { type: "creating", resource: { type: "kubernetes:core/v1:Secret", inputs: {} } },
        ],
      },
    };
    assert.deepEqual(unfinishedReleases(exported), [
      { name: "cart", namespace: "shop", operation: "creating" },
    ]);
    assert.deepEqual(unfinishedReleases({}), []);
  });

  it("removes what a creation left and goes back from an unfinished upgrade", () => {
    assert.equal(repairOf("creating", "pending-install"), "uninstall");
    assert.equal(repairOf("creating", "deployed"), "uninstall");
    assert.equal(repairOf("updating", "pending-upgrade"), "rollback");
    assert.equal(repairOf("updating", "deployed"), undefined);
    assert.equal(repairOf("creating", undefined), undefined);
  });
});
