/** Tests of what the stacks would deploy. They need no cluster. */
import assert from "node:assert/strict";
import { planOf } from "flotilla";
import { catalogue } from "../apps";

describe("the plan", () => {
  for (const stack of ["local", "dev", "staging", "prod"])
    it(`of ${stack} breaks no rule`, () => {
      assert.deepEqual(Object.keys(planOf(catalogue, stack).releases).sort(), ["cache", "web"]);
    });

  it("deploys the cache before the service that uses it", () => {
    assert.deepEqual(planOf(catalogue, "local").releases.web?.needs, ["cache"]);
  });

  it("keeps the password of the cache out of the values", () => {
    const { releases } = planOf(catalogue, "prod");
    assert.doesNotMatch(JSON.stringify(releases.web?.values), /tcp:/);
  });
});
