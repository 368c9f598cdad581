/** Every bad stack file gets its message: what is wrong, in which file and line, and what to do. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CASES, FOLDER, refusalOf } from "../bad-config";

describe("a bad stack file", () => {
  for (const name of CASES)
    it(`is refused: ${name}`, () => {
      assert.equal(refusalOf(name), readFileSync(join(FOLDER, `${name}.txt`), "utf8"));
    });

  it("never has a password in its message", () => {
    for (const name of CASES) assert.doesNotMatch(refusalOf(name) ?? "", /s3cret|9f8e7d6c5b4a/, name);
  });

  it("has one of at least 25 mistakes", () => assert.ok(CASES.length >= 25));
});
