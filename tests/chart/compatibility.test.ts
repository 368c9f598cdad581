/** The last released chart can be upgraded in place. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gt } from "semver";
import { parse } from "yaml";
import { PROJECT } from "../../cli/tools/paths";
import { listFiles } from "../../src/plan/chart";
import { compatibility, differences, RELEASED, report } from "./compatibility";
import { CHART } from "./examples";

describe("an upgrade from the last released chart", () => {
  it("changes no immutable field, and removes nothing that others depend on", async () => {
    const all = await compatibility();
    assert.ok(Object.keys(all).length >= 8);
    assert.deepEqual(
      Object.values(all)
        .flat()
        .filter(({ immutable }) => immutable),
      [],
    );
    process.stdout.write(`      ${report(all).length} changes, none immutable: npm run chart:compat\n`);
  });

  it("is detected when it breaks this", () => {
    const deployment = (app: string) => ({
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { selector: { matchLabels: { app } }, replicas: 1 },
    });
    assert.deepEqual(differences([deployment("a")], [deployment("b")]), [
      { object: "Deployment web", path: "spec.selector.matchLabels.app", kind: "changed", immutable: true },
    ]);
    assert.deepEqual(differences([deployment("a")], []), [
      { object: "Deployment web", path: "*", kind: "removed", immutable: true },
    ]);
  });

  it("has a higher version if anything in the chart differs", () => {
    const read = (folder: string) =>
      listFiles(join(PROJECT, folder)).map((file) => [
        file.slice(join(PROJECT, folder).length),
        readFileSync(file, "utf8"),
      ]);
    const version = (folder: string): string =>
      parse(readFileSync(join(PROJECT, folder, "Chart.yaml"), "utf8")).version;
    if (JSON.stringify(read(CHART)) !== JSON.stringify(read(RELEASED)))
      assert.ok(gt(version(CHART), version(RELEASED)), `${version(CHART)} is released already`);
  });
});
