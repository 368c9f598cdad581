/** Stack traces: short while resources are registered, whole before and after. */
import assert from "node:assert/strict";
import { withShortStackTraces } from "../../runtime/stack-traces";

const frames = () => (new Error("here").stack ?? "").split("\n").slice(1);

describe("stack traces", () => {
  it("name the place alone while resources are registered, and are whole again, after an error too", () => {
    const whole = frames();
    assert.ok(whole.length > 1);
    const short = withShortStackTraces(frames, {});
    assert.equal(short.length, 1);
    assert.match(short[0] ?? "", /stack-traces\.test\.ts/);
    assert.throws(
      () =>
        withShortStackTraces(() => {
          throw new Error("a mistake");
        }, {}),
      /a mistake/,
    );
    assert.deepEqual(frames().length, whole.length);
  });

  it("are empty where the SDK asks for the whole of one, to keep it in the state", () => {
    const { stackTraceLimit } = Error;
    const whole = withShortStackTraces(() => {
      Error.stackTraceLimit = Number.POSITIVE_INFINITY;
      return frames();
    }, {});
    assert.deepEqual(whole, []);
    assert.equal(Error.stackTraceLimit, stackTraceLimit);
  });

  it("are left alone where leaking promises are looked for", () => {
    assert.ok(withShortStackTraces(frames, { PULUMI_DEBUG_PROMISE_LEAKS: "1" }).length > 1);
  });
});
