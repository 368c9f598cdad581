/** An inventory that cannot be loaded is named by file and line; the errors of our own code keep their stack. */
import assert from "node:assert/strict";
import { inventoryError } from "../../cli/terminal/inventory-error";
import { problemsOf, settingsOf } from "../support";

const errorOf = (message: string, ...frames: string[]): Error =>
  Object.assign(new Error(message), {
    stack: [`Error: ${message}`, ...frames.map((f) => `    at ${f}`)].join("\n"),
  });
const said = (error: unknown) =>
  inventoryError(error, "/project")?.problems.map(({ where, what }) => `${where}: ${what}`);

describe("an inventory that cannot be loaded", () => {
  it("is named by its file and line, also where it calls our code", () => {
    assert.deepEqual(said(errorOf("boom", "Object.<anonymous> (/project/apps/shop.ts:3:7)")), [
      "apps/shop.ts:3: it cannot be loaded: boom",
    ]);
    const called = errorOf(
      "boom",
      "host (/project/src/model/text.ts:9:1)",
      "/project/apps/deep/shop.ts:12:7\n",
    );
    assert.deepEqual(said(called), ["apps/deep/shop.ts:12: it cannot be loaded: boom"]);
  });

  it("is named where it is not TypeScript, or imports what is not there", () => {
    const syntax = errorOf("  x Unexpected token `<eof>`\n   ,-[/project/apps/index.ts:4:1]\n 1 | {");
    assert.deepEqual(said(syntax), ["apps/index.ts:4: it cannot be loaded: Unexpected token `<eof>`"]);
    const missing = errorOf(
      "Cannot find module './x'\nRequire stack:\n- /project/apps/index.ts",
      "require (node:internal/modules/helpers:182:18)",
      "Object.<anonymous> (/project/apps/index.ts:11:54)",
    );
    assert.deepEqual(said(missing), ["apps/index.ts:11: it cannot be loaded: Cannot find module './x'"]);
  });

  it("is not blamed for errors of others", () => {
    assert.equal(said(errorOf("boom", "f (/project/cli/main.ts:1:1)")), undefined);
    assert.equal(said(errorOf("boom", "f (/elsewhere/apps/shop.ts:1:1)")), undefined);
    assert.equal(said("boom"), undefined);
  });
});

describe("a catalogue", () => {
  it("that is none is refused", () => {
    for (const catalogue of [undefined, null, [], "shop"])
      assert.deepEqual(
        problemsOf(() => settingsOf({ application: "shop" }, (catalogue ?? null) as never)).map(
          ({ where, what }) => `${where}: ${what}`,
        ),
        ["apps/index.ts: it exports no catalogue"],
      );
    assert.match(problemsOf(() => settingsOf({ application: "shop" }, {}))[0]?.todo ?? "", /is empty/);
  });
});
