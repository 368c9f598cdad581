/** `flotilla render`, as a user runs it. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import execa from "execa";
import { parse } from "yaml";
import { PROJECT } from "../../cli/tools/paths";
import type { Values } from "../../src/plan/plan";
import { documentedJson } from "../json-shape";
import { charts } from "../support";
import { parseObjects } from "./render";

const flotilla = (...args: string[]) =>
  execa(join(PROJECT, "cli/bin.js"), args, { cwd: PROJECT, reject: false, all: true });

describe("flotilla render", function () {
  this.timeout(60_000);
  let out: string;
  beforeEach(() => {
    out = mkdtempSync(join(tmpdir(), "flotilla-render-"));
  });
  afterEach(() => rmSync(out, { recursive: true }));

  it("writes each store's values, and the manifests of every chart in this repository", async () => {
    writeFileSync(join(out, "mongodb.yaml"), "left by an earlier run");
    const { exitCode, all, stdout } = await flotilla("render", "--stack", "staging", "--out", out, "--json");
    assert.equal(exitCode, 0, all);
    const files = readdirSync(out);
    for (const store of ["mongodb", "mysql", "redis", "rabbitmq"]) {
      const values = parse(readFileSync(join(out, `${store}.values.yaml`), "utf8")) as Values;
      assert.equal(values.fullnameOverride, store);
      const { vendored, sha256 } = charts.remote[store] as (typeof charts.remote)[string];
      const atHand = vendored !== undefined && vendored.sha256 === sha256;
      assert.equal(files.includes(`${store}.yaml`), atHand, `manifests of ${store}`);
    }
    assert.deepEqual(
      parseObjects(readFileSync(join(out, "mysql-accounts.yaml"), "utf8"))
        .map(({ kind }) => kind)
        .sort(),
      ["Job", "NetworkPolicy", "ServiceAccount"],
    );
    const { releases: rendered } = documentedJson<{
      releases: { release: string; values: string; manifests?: string }[];
    }>("render", stdout);
    assert.equal(rendered.length, 18);
    for (const { values, manifests } of rendered)
      for (const file of [values, manifests]) if (file) assert.ok(readFileSync(file, "utf8").length > 0);
    assert.match(all ?? "", /warning .*bitnamilegacy, which no longer get updates/);
  });

  it("writes values that helm reads correctly: in YAML 1.1 a bare no means false", async () => {
    await flotilla("render", "--stack", "local", "--out", out);
    const read = (version: "1.1" | "1.2") =>
      parse(readFileSync(join(out, "redis.values.yaml"), "utf8"), { version }) as Values;
    assert.deepEqual(read("1.1"), read("1.2"));
    assert.ok(JSON.stringify(read("1.1").args).includes('"no"'));
  });

  it("reports the problems of a stack, and writes nothing", async () => {
    const { exitCode, all } = await flotilla("render", "--stack", "nowhere", "--out", out);
    assert.equal(exitCode, 1);
    assert.match(all ?? "", /Pulumi\.nowhere\.yaml: the stack file does not exist/);
    assert.deepEqual(readdirSync(out), []);
    assert.equal((await flotilla("render", "--stack", "prod")).exitCode, 3);
  });
});
