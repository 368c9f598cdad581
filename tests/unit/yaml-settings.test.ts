/** The YAML of settings: a value is what is written, or it is refused. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { readYaml } from "../../src/config/yaml";
import { plainScalar } from "../../src/config/yaml-scalar";
import { plainScalars, scalars } from "../scalars";
import { problemsOf, readStack } from "../support";

const settings = (...lines: string[]) =>
  `config:\n  flotilla:environment: dev\n${lines.map((line) => `  ${line}\n`).join("")}`;
const ofCart = (written: string) => settings(`flotilla:services: { cart: { ${written} } }`);
const envOf = (value: string) => readStack(ofCart(`env: { X: ${value} }`)).settings.services.cart?.env?.X;
const refusalOf = (text: string) => problemsOf(() => readStack(text));

describe("YAML of settings", () => {
  it("accepts a plain scalar only if it prints as it is written", () => {
    fc.assert(
      fc.property(plainScalars, (source) => {
        const { value, refusal } = plainScalar(source);
        if (refusal) assert.equal(value, source);
        else if (value === null) assert.match(source, /^(|~|null|Null|NULL)$/);
        else assert.equal(String(value), source);
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses a tag that any reader takes for a number or a time, and quotes what is written", () => {
    for (const tag of "1e3 0777 0x1F 6e12345 1.10 1.0 12345678901234567890 1_000 0b11 0o17 20240115_2 2024-01-15 0o-7 0b+1 +1 08 -0x1F .5 1. -0 0x1FFFFFFFFFFFFFFFFFF".split(
      " ",
    )) {
      const [problem, ...more] = refusalOf(ofCart(`tag: ${tag}`));
      assert.deepEqual(more, [], tag);
      assert.equal(problem?.where, "flotilla:services.cart.tag");
      assert.deepEqual(problem?.place, { file: "Pulumi.test.yaml", line: 3 });
      assert.equal(problem?.todo, `Put quotes around it: "${tag}".`);
    }
  });

  it("is fixed by the suggested change", () => {
    fc.assert(
      fc.property(plainScalars, (source) => {
        if (plainScalar(source).refusal) assert.equal(envOf(`"${source}"`), source);
      }),
      { numRuns: 200 },
    );
  });

  it("accepts numbers and booleans for variables, as they are written", () => {
    for (const value of ["8080", "0", "-1", "1.5", "true", "false", "9007199254740991"])
      assert.equal(envOf(value), value);
    for (const value of ["no", "on", "y", "1:30", "2024-01-15-rc1", "0x", "1e", "<<"])
      assert.equal(envOf(value), value, "a string to every reader");
  });

  it("refuses a variable that would not be deployed as written", () => {
    for (const value of ["2024-01-15", "2024-01-15T10:20:30Z", "1.10", "True", "FALSE", ".inf", "1e3"]) {
      const [problem] = refusalOf(ofCart(`env: { X: ${value} }`));
      assert.equal(problem?.todo, `Put quotes around it: "${value}".`);
    }
  });

  it("does not quote what may be a secret", () => {
    for (const name of ["API_TOKEN", "DB_PASSWORD"])
      assert.doesNotMatch(JSON.stringify(refusalOf(ofCart(`env: { ${name}: 04711 }`))), /4711/);
    assert.doesNotMatch(JSON.stringify(refusalOf(settings("flotilla:credentials: { bank: 04711 }"))), /4711/);
  });

  it("says how to write a number or a boolean where only these are accepted", () => {
    assert.equal(refusalOf(settings("flotilla:replicas: 0x3"))[0]?.todo, "Write 3.");
    assert.equal(refusalOf(settings("flotilla:standIns: TRUE"))[0]?.todo, "Write true.");
    assert.equal(refusalOf(ofCart("replicas: 1_0"))[0]?.todo, "Write 10.");
    for (const written of ["1e9", ".inf", "2024-01-15", "99999999999999999999"])
      assert.match(refusalOf(ofCart(`replicas: ${written}`))[0]?.todo ?? "", /^Write a number in digits/);
    assert.equal(refusalOf(settings("flotilla:standIns: 1e3"))[0]?.todo, "Write true or false.");
  });

  it("refuses keys reserved by JavaScript, at every level", () => {
    const json = JSON.stringify({ cart: {} }).replace("{}", '{"env": {"__proto__": "x"}}');
    for (const text of [
      ofCart("env: { __proto__: x }"),
      settings(`flotilla:services: '${json}'`),
      settings("flotilla:registryMirrors: { __proto__: mirror.example.com }"),
    ])
      assert.match(
        refusalOf(text)
          .map(({ where, what }) => `${where}: ${what}`)
          .join(),
        /^flotilla:(services\.cart\.env|registryMirrors)\.__proto__: this name cannot be used as a key$/,
      );
  });

  it("refuses keys next to `config:`, which nothing reads", () => {
    const said = (text: string) =>
      refusalOf(text).map(({ where, what, todo }) => `${where}: ${what}: ${todo}`);
    const skipped = "unknown top-level key in a stack file; Pulumi ignores it";
    assert.deepEqual(said(`${settings()}flotilla:replicas: 3\n`), [
      `flotilla:replicas: ${skipped}: Indent it below \`config:\`.`,
    ]);
    assert.deepEqual(said(`${settings()}confg: {}\n`), [`confg: ${skipped}: Did you mean "config"?`]);
    readStack(`${settings()}encryptionsalt: v1:x\nsecretsprovider: passphrase\nencryptedkey: x\n`);
    assert.match(said("config: { flotilla: { replicas: 3 } }\n").join(), /the prefix of settings, not a map/);
  });

  it("quotes a number in place of a text, and true", () => {
    assert.match(refusalOf(ofCart("tag: 20240115"))[0]?.todo ?? "", /"20240115"/);
    assert.equal(refusalOf(ofCart("tag: true"))[0]?.todo, 'Put quotes around it: "true".');
  });

  it("refuses a number in JSON text from `pulumi config set`, as it is written there", () => {
    const [problem] = refusalOf(settings(`flotilla:services: '{"cart":{"tag":1.10}}'`));
    assert.equal(problem?.where, "flotilla:services.cart.tag");
    assert.equal(problem?.todo, 'Put quotes around it: "1.10".');
  });

  it("checks layers and Pulumi's other keys alike, but not what other programs read", () => {
    const a = settings("flotilla:services: { cart: { tag: 1.10 } }");
    const [problem] = problemsOf(() => readStack("config:\n  flotilla:layers: [a]\n", { a }));
    assert.deepEqual(problem?.place, { file: "config/layers/a.yaml", line: 3 });
    assert.doesNotThrow(() => readStack(settings("aws:since: 2024-01-15", "aws:version: 1.10")));
  });

  it("reports a value under an anchor once, where it is written", () => {
    const problems = refusalOf(
      settings(
        "flotilla:services:",
        "  cart: &usual { tag: 1.10 }",
        "  web: { <<: *usual }",
        "  user: *usual",
      ),
    );
    assert.deepEqual(
      problems.map(({ where, place }) => [where, place?.line]),
      [["flotilla:services.cart.tag", 4]],
    );
  });

  const notations: Record<string, [text: string, what: RegExp]> = {
    "two merges in one map": ["a: &a { x: y }\nb: &b { x: z }\nc: { <<: *a, <<: *b }\n", /appears twice/],
    "a key of the name of a merge": ['a: { "<<": b }\n', /cannot be used as the name of a key/],
    "a tag": ["a: !!binary aGk=\n", /has a tag/],
    "a key that is a number": ["0777: a\n", /does not read the key 0777 as text/],
    "a key that is nothing": [": a\n", /key {2}as text/],
    "a key that is a list": ["[a]: b\n", /key must be text/],
    "the same key as number and text": ['1: a\n"1": b\n', /unique/],
    "more than one document": ["a: b\n---\na: c\n", /invalid YAML/],
    "a directive": ["%YAML 1.1\n---\na: b\n", /directive/],
    "a tab at the start of a line": ["a:\n  - b\n\t\n", /tab/],
    "a key with a question mark": ["? a\n: b\n", /question mark/],
    "half a character": ['a: "\\ud83d\\ude00"\n', /half a character/],
    "an escaped slash": ['a: "\\/"\n', /escape/],
    "a line separator": ["a: b\u2028c: d\n", /U\+2028/],
    "a control character": ["a: b\u0007\n", /U\+0007/],
    "bytes that are not UTF-8": ["a: b\uFFFD\n", /UTF-8/],
    "a carriage return alone": ["a: b\rc: d\n", /U\+000D/],
    "a question mark in braces": ["a: { b: http://c/?d }\n", /inside braces/],
    "a colon without a space in braces": ["a: { b:}\n", /needs a space/],
    "an empty line before a text": ["a: |\n\n  b\n  c\n", /starts with an empty line/],
    "a text that the file ends in": ["a: |\n  b", /end with a newline/],
    "a backslash that ends a line": ['a: "b\\\n\n  c"\n', /backslash/],
    "a last line of spaces": ["a:\n  |2\n    b\n    \n", /only spaces/],
    "a colon on the next line": ["a: { b\n : c }\n", /on one line/],
    "an anchor with a dot": ["a: &b.c d\n", /anchor/],
  };
  for (const [name, [text, what]] of Object.entries(notations))
    it(`refuses ${name}`, () => {
      const yaml = readYaml(text);
      assert.match("broken" in yaml ? yaml.broken.what : (yaml.faults[0]?.what ?? ""), what);
    });

  it("accepts the byte order mark and Windows line endings", () => {
    const yaml = readYaml("\uFEFFa: |\r\n  b\r\n  c\r\nd: e\r\n");
    assert.ok(!("broken" in yaml));
    assert.deepEqual(yaml.content, { a: "b\nc\n", d: "e" });
    assert.equal(yaml.lines.get("d"), 4);
  });

  it("accepts JSON", () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: true } as fc.JsonSharedConstraints), (text) => {
        const yaml = readYaml(text);
        if (!("broken" in yaml) && yaml.faults.length === 0)
          assert.deepEqual(yaml.content, JSON.parse(text), text);
      }),
    );
  });

  it("is read or refused, whatever is written, and fails in no other way", () => {
    fc.assert(
      fc.property(fc.array(scalars, { maxLength: 4 }), (values) => {
        readYaml(values.map((value, index) => `k${index}: ${value}\n`).join(""));
      }),
      { numRuns: 2000 },
    );
  });
});
