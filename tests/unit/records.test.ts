import assert from "node:assert/strict";
import { compact } from "../../src/model/records";

describe("compact", () => {
  it("drops keys whose value is undefined, and keeps the order of the others", () => {
    const given: string | undefined = undefined;
    const record = compact({
      last: 1,
      missing: given,
      first: "a",
      empty: "",
      zero: 0,
      no: false,
      nothing: null,
    });
    assert.deepEqual(Object.keys(record), ["last", "first", "empty", "zero", "no", "nothing"]);
    assert.deepEqual(record, { last: 1, first: "a", empty: "", zero: 0, no: false, nothing: null });
  });

  it("makes keys optional if their value may be undefined, and keeps literal types", () => {
    const size = (text: string | undefined): { kind: "volume"; size?: string } =>
      compact({ kind: "volume", size: text });
    assert.deepEqual(size(undefined), { kind: "volume" });
    assert.deepEqual(size("1Gi"), { kind: "volume", size: "1Gi" });
  });
});
