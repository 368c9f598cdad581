/** The identity matrix in the docs is the one of the recorded run, and that run has all cases. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CASES } from "../e2e/identity/cases";
import { PAGE, pageOf, readKept } from "../e2e/identity/outcomes";

describe("docs/reliability.md: the identity matrix", () => {
  it("is the recorded last full run", () => {
    const page = readFileSync(PAGE, "utf8");
    assert.equal(pageOf(page, readKept()), page, "run: E2E=long npm run test:identity");
  });

  it("has every case, and at least 40", () => {
    const names = CASES.map(({ name }) => name);
    assert.deepEqual(
      readKept().outcomes.map(({ name }) => name),
      names,
    );
    assert.ok(names.length >= 40);
    assert.equal(new Set(names).size, names.length);
  });

  it("lost nothing that was not named and allowed", () => {
    for (const { name, lost } of readKept().outcomes) {
      const allowed = CASES.find((one) => one.name === name)?.allowed ?? [];
      assert.deepEqual(
        lost.filter((what) => !allowed.includes(what)),
        [],
      );
    }
  });
});
