/** Rolling back: to which update, with which settings, and how the stack file is restored. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { restoredFile, withSetting } from "../../cli/core/restore";
import { fromTheFuture, previous, withChanges } from "../../cli/core/updates";
import type { Update } from "../../cli/stack/history";
import { readYaml } from "../../src/config/yaml";
import { fillText } from "../../src/plan/credentials/secret-text";
import { valuesIn } from "../../src/plan/credentials/secret-values";
import { plainScalars } from "../scalars";

const update = (
  number: number,
  config: Record<string, unknown> = {},
  more: Partial<Update> = {},
): Update => ({
  number,
  kind: "update",
  result: "succeeded",
  message: "",
  startedAt: "",
  commit: "abcdef0123",
  config: Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      `flotilla:${key}`,
      { value: JSON.stringify(value), objectValue: value },
    ]),
  ),
  ...more,
});
const services = (tag: string) => ({ services: { cart: { tag } } });

describe("the update to roll back to", () => {
  const to = (...newestFirst: Update[]) => previous(newestFirst, new Map())?.number;

  it("is the newest one that deployed something else", () => {
    assert.equal(to(update(3, services("2")), update(2, services("2")), update(1, services("1"))), 1);
    assert.equal(to(update(2, services("1"), { commit: "b" }), update(1, services("1"), { commit: "a" })), 1);
    assert.equal(to(update(1)), undefined);
    assert.equal(to(), undefined);
  });

  it("is the one before a failure, and never a failed one or one that was not an update", () => {
    const failed = { result: "failed" };
    assert.equal(to(update(2, services("1"), failed), update(1, services("1"))), 1);
    assert.equal(to(update(3, services("3"), failed), update(2, services("2"), failed), update(1)), 1);
    assert.equal(
      to(update(3, {}, { kind: "refresh" }), update(2, services("2")), update(1, services("1"))),
      1,
    );
  });

  it("identifies programs by digest, if it is known", () => {
    const updates = [update(2, {}, { commit: "b" }), update(1, {}, { commit: "a" })];
    assert.equal(
      previous(
        updates,
        new Map([
          [1, "same"],
          [2, "same"],
        ]),
      ),
      undefined,
    );
  });
});

describe("a clock that has jumped", () => {
  it("is detected by updates that began in the future; a minute between machines is ignored", () => {
    const now = Date.parse("2026-01-01T12:00:00Z");
    const at = (number: number, startedAt: string) => update(number, {}, { startedAt });
    const history = [
      at(3, "2026-01-03T12:00:00Z"),
      at(2, "2026-01-01T12:00:30Z"),
      at(1, "2026-01-01T11:00:00Z"),
    ];
    assert.deepEqual(
      fromTheFuture(history, now).map(({ number }) => number),
      [3],
    );
  });
});

describe("a list of updates", () => {
  const changed = (...newestFirst: Update[]) => withChanges(newestFirst, new Map())[0]?.changed;

  it("shows what each one changed: settings by path, versions, commits", () => {
    assert.deepEqual(changed(update(1)), ["first"]);
    assert.deepEqual(changed(update(2), update(1)), ["nothing"]);
    assert.deepEqual(changed(update(2, services("2")), update(1)), ["services.cart.tag (none) → 2"]);
    assert.deepEqual(changed(update(2, services("2"), { commit: "1234567890" }), update(1, services("1"))), [
      "services.cart.tag 1 → 2",
      "commit abcdef0 → 1234567",
    ]);
    const images = new Map([
      [1, { cart: "example.com/cart:1" }],
      [2, { cart: "example.com/cart:2" }],
    ]);
    assert.deepEqual(withChanges([update(2, services("2")), update(1, services("1"))], images)[0]?.changed, [
      "cart 1 → 2",
    ]);
  });

  it("shows no secret value", () => {
    const secret = { "flotilla:credentials": { secret: true } };
    assert.deepEqual(changed({ ...update(2), config: secret }, update(1)), ["credentials (none) → (secret)"]);
  });
});

describe("the restored stack file", () => {
  const salt = "encryptionsalt: v1:now\n";

  it("keeps comments and unchanged values, and removes and adds the rest", () => {
    const base = `# a stack\nconfig:\n  flotilla:layers: [ dev ] # shared\n  flotilla:replicas: 3\n  flotilla:old: 1\nencryptionsalt: v1:then\n`;
    const restored = restoredFile(
      base,
      salt,
      { "flotilla:layers": ["dev"], "flotilla:replicas": "3", "flotilla:services": { cart: { tag: "1" } } },
      {},
    );
    assert.equal(
      restored,
      `# a stack\nconfig:\n  flotilla:layers: [ dev ] # shared\n  flotilla:replicas: 3\n  flotilla:services:\n    cart:\n      tag: "1"\nencryptionsalt: v1:now\n`,
    );
  });

  it("does not write a default of the project, but keeps one that the stack had set", () => {
    const defaults = { "flotilla:distribution": "bitnami", "flotilla:stores": {} };
    const recorded = { "flotilla:distribution": "bitnami", "flotilla:stores": {} };
    assert.deepEqual(parse(restoredFile("config:\n  flotilla:stores: {}\n", "", recorded, defaults)), {
      config: { "flotilla:stores": {} },
    });
  });

  it("keeps a null, which the engine does not record", () => {
    const restored = restoredFile("config:\n  flotilla:host: null\n", "", { "flotilla:host": "" }, {});
    assert.match(restored, /flotilla:host: null/);
  });

  it("contains what was recorded, whatever it contained before", () => {
    const settings = fc.dictionary(
      fc.constantFrom("flotilla:a", "flotilla:b", "flotilla:c"),
      fc.oneof(
        fc.stringMatching(/^[a-z]{1,5}$/),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.integer(), { noNullPrototype: true }),
      ),
    );
    fc.assert(
      fc.property(settings, settings, (before, recorded) => {
        const restored = parse(restoredFile(stringify({ config: before }), salt, recorded, {})) as {
          config?: object;
        };
        assert.deepEqual({ ...(restored.config ?? {}) }, { ...recorded });
      }),
    );
  });

  it("reads back what was recorded, even text that looks like a number or a time", () => {
    fc.assert(
      fc.property(fc.oneof(plainScalars, fc.constantFrom("2024-01-15", "http://a/?b", ":c")), (tag) => {
        const recorded = { "flotilla:services": { cart: { env: { A: tag } } } };
        for (const base of ["", "config: { flotilla:layers: [] }\n"]) {
          const yaml = readYaml(restoredFile(base, "", recorded, {}));
          assert.ok(!("broken" in yaml));
          assert.deepEqual(yaml.faults, []);
          assert.deepEqual(yaml.content, { config: recorded });
        }
      }),
    );
  });

  it("changes one setting at a path, and leaves no empty map", () => {
    const config = { a: { b: { c: 1 }, d: 2 } };
    assert.deepEqual(withSetting(config, ["a", "b", "c"], 5), { a: { b: { c: 5 }, d: 2 } });
    assert.deepEqual(withSetting(config, ["a", "b", "c"], undefined), { a: { d: 2 } });
    assert.deepEqual(withSetting({}, ["a", "b"], undefined), {});
    assert.deepEqual(config, { a: { b: { c: 1 }, d: 2 } });
  });
});

describe("passwords read back from a Secret", () => {
  it("are those that complete its text", () => {
    const password = fc.stringMatching(/^[A-Za-z0-9]{8,16}$/);
    fc.assert(
      fc.property(password, password, (one, two) => {
        const text = ["mongodb://", { credential: "one" }, ",", { credential: "two" }, "?a=(b)"];
        const values = { one, two };
        assert.deepEqual(valuesIn(text, fillText(text, values)), values);
      }),
    );
  });

  it("are not found if the text has another form", () => {
    assert.equal(valuesIn(["a:", { credential: "one" }], "b:x"), undefined);
    assert.equal(valuesIn([{ credential: "one" }, ",", { credential: "two" }], "alone"), undefined);
  });
});
