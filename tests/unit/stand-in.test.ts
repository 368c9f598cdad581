/** Decisions of the provider stand-ins; end-to-end tests cover what they do to a cluster. */
import assert from "node:assert/strict";
import { difference } from "../../dev/sandbox/providers/protocol/difference";
import { hasUnknown, revealMap, secret, UNKNOWN } from "../../dev/sandbox/providers/protocol/property";

describe("the stand-ins' differences", () => {
  it("name the path of each change", () => {
    const before = { values: { image: { tag: "1" }, args: ["a", "b"], old: 1 }, same: true };
    const after = { values: { image: { tag: "2" }, args: ["a", "c", "d"], "new.key": 1 }, same: true };
    assert.deepEqual(difference(before, after), {
      "values.image.tag": "update",
      "values.args[1]": "update",
      "values.args[2]": "add",
      "values.old": "delete",
      'values["new.key"]': "add",
    });
  });

  it("ignore secret marks, and treat null as missing", () => {
    assert.deepEqual(difference({ data: secret("x"), none: null }, { data: "x" }), {});
    assert.deepEqual(difference({ data: secret("x") }, { data: secret("y") }), { data: "update" });
  });
});

describe("the stand-ins' properties", () => {
  it("detect unknown values, inside secrets too", () => {
    assert.equal(hasUnknown({ a: [secret({ b: UNKNOWN })] }), true);
    assert.equal(hasUnknown({ a: "known" }), false);
  });

  it("reveal nested secrets", () => {
    assert.deepEqual(revealMap({ a: secret({ b: secret(1) }) }), { a: { b: 1 } });
  });
});
