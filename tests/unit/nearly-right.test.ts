/** Whatever a stack file or an inventory contains: it is refused with a proper error, or planned. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Answer,
  answersToInventory,
  answerToStackFile,
  inventoryArbitrary,
  stackFileArbitrary,
} from "../nearly-right";

/** Runs per kind; the unit suite runs often. */
const numRuns = process.env.FAULTS === "long" ? 10_000 : 100;

describe("input that is nearly right", function () {
  this.timeout(600_000);

  const judge = (answer: Answer, counts: { refused: number; planned: number }) => {
    if ("plan" in answer) {
      counts.planned++;
      return;
    }
    assert.ok("refused" in answer, (answer as { crashed: string }).crashed);
    counts.refused++;
    // Where it is wrong, and what to do.
    assert.match(answer.refused, /\S+:? .*\n?/);
    assert.doesNotMatch(
      answer.refused,
      /undefined|\[object Object\]|is not a function|Cannot read/,
      answer.refused,
    );
  };

  function judged<T>(arbitrary: fc.Arbitrary<T>, answers: (input: T) => Answer[]): void {
    const counts = { refused: 0, planned: 0 };
    fc.assert(
      fc.property(arbitrary, (input) => {
        for (const answer of answers(input)) judge(answer, counts);
      }),
      { numRuns },
    );
    // Inputs are random; most of them are refused.
    assert.ok(counts.refused > numRuns / 5 && counts.planned > 0, JSON.stringify(counts));
  }

  it("in a stack file is refused with a proper error, or planned", () =>
    judged(stackFileArbitrary, (text) => [answerToStackFile(text)]));

  it("in an inventory is refused with a proper error, or planned", () =>
    judged(inventoryArbitrary, answersToInventory));
});
