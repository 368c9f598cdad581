/** Stack files have two readers, Flotilla and Pulumi's engine: what Flotilla accepts, the engine reads the same. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import execa from "execa";
import fc from "fast-check";
import { ensureTools } from "../../cli/tools/toolchain/ensure";
import { decode } from "../../src/config/decode";
import { parseSettings } from "../../src/config/file";
import { readYaml } from "../../src/config/yaml";
import { scalars } from "../scalars";

describe("the two readers of a stack file", function () {
  this.timeout(300_000);
  let folder: string;
  let pulumi: string;
  const run = (...args: string[]) =>
    execa(pulumi, [...args, "--stack", "s", "--non-interactive"], {
      cwd: folder,
      env: {
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });

  before(async () => {
    pulumi = (await ensureTools(["pulumi"])).pulumi?.path as string;
    folder = mkdtempSync(join(tmpdir(), "flotilla-readers-"));
    mkdirSync(join(folder, "state"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: flotilla\nruntime: yaml\n");
    await run("stack", "init");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Returns the text of each setting as the engine passes it to the program. Maps and lists are JSON. */
  async function engine(text: string): Promise<Record<string, string>> {
    writeFileSync(join(folder, "Pulumi.s.yaml"), text);
    const { stdout } = await run("config", "--json");
    const told = JSON.parse(stdout) as Record<string, { value?: string }>;
    return Object.fromEntries(Object.entries(told).map(([key, { value }]) => [key, value ?? ""]));
  }

  /** Whether Flotilla accepts a value, and it is a single one. */
  const isTaken = (value: string): boolean => {
    const yaml = readYaml(`config:\n  s:\n    k: ${value}\n`);
    return (
      !("broken" in yaml) &&
      yaml.faults.length === 0 &&
      isDeepStrictEqual(yaml.content, { config: { s: { k: innerOf(yaml.content) } } })
    );
  };
  const innerOf = (content: unknown): unknown =>
    (content as { config?: { s?: { k?: unknown } | null } }).config?.s?.k;

  it("read every scalar the same, or Flotilla refuses it", async () => {
    let taken = 0;
    let all = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(scalars, { minLength: 200, maxLength: 400, size: "max" }), async (values) => {
        const lines = (indent: string, value: string, key: string) => `${indent}${key}: ${value}\n`;
        const good = values.filter(isTaken);
        // Each as a setting, and inside one.
        const text = `config:\n${good
          .map((value, index) => lines("  ", value, `flotilla:k${index}`))
          .join("")}  flotilla:inside:\n    first: 1\n${good
          .map((value, index) => lines("    ", value, `k${index}`))
          .join("")}`;
        const { values: ours, problems } = parseSettings("stack", "Pulumi.s.yaml", text, "flotilla");
        assert.deepEqual(problems, []);
        const theirs = Object.entries(await engine(text)).map(([key, value]): [string, unknown] => {
          const name = key.slice("flotilla:".length);
          const isJson = typeof ours[name] === "object" && ours[name] !== null;
          return [name, isJson ? JSON.parse(value) : decode(name, value)];
        });
        assert.deepEqual(ours, Object.fromEntries(theirs));
        taken += good.length;
        all += values.length;
      }),
      { numRuns: 10, endOnFailure: true },
    );
    assert.ok(taken > all / 3, `${taken} of ${all} were taken`);
  });

  it("read a whole file the same: merges, anchors, comments, lists, the byte order mark", async () => {
    const text = `\uFEFF# A comment\r
config:\r
  flotilla:a: &a { x: 1, y: [b, 2, true, null], z: ~ }\r
  flotilla:b: { <<: [*a, { w: 1, x: 3 }], x: 2 }\r
  flotilla:values: { x: "<<", y: << }\r
  flotilla:c: *a\r
  flotilla:d: >-\r
    folded\r
    text\r
  flotilla:e: 100000000000000000000\r
  flotilla:f: { g: 1e+21, h: 0.000001, i: 5e-324, j: 9007199254740992 }\r
`;
    const { values, problems } = parseSettings("stack", "Pulumi.s.yaml", text, "flotilla");
    assert.deepEqual(problems, []);
    for (const [key, told] of Object.entries(await engine(text))) {
      const name = key.slice("flotilla:".length);
      const ours = values[name];
      assert.deepEqual(typeof ours === "object" ? JSON.parse(told) : decode(name, told), ours, key);
    }
  });
});
