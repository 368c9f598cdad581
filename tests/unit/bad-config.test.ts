/** Every invalid stack file gets its message: what is wrong, in which file and line, and what to do. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CASES, FOLDER, refusalOf } from "../bad-config";

describe("an invalid stack file", () => {
  for (const name of CASES)
    it(`is refused without repeating a password: ${name}`, () => {
      const refusal = refusalOf(name);
      assert.equal(refusal, readFileSync(join(FOLDER, `${name}.txt`), "utf8"));
      assert.doesNotMatch(refusal, /s3cret|9f8e7d6c5b4a/);
    });

  it("has at least 25 cases", () => assert.ok(CASES.length >= 25));
});
