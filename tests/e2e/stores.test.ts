/** Stores deployed by the engine: removals, charts from archives. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { flotilla, writeInventory } from "./inventory";
import { long } from "./long";
import { exists, get, projectStack, read, run, type Stack, writeChart } from "./world";

const RELEASE = "kubernetes:helm.sh/v3:Release";

describe("a store in prod", () => {
  const namespace = "e2e-removal";
  const services = (uses: string) => `services: { web: service([${uses}]) }`;
  const cache = `stores: { cache: { ...store("redis"), accounts: {} } }`;
  let stack: Stack;

  before(async () => {
    stack = await projectStack("removal", {
      application: "shop",
      environment: "prod",
      cluster: { context: "kwok-flotilla" },
      distribution: "upstream",
      namespace,
    });
    writeInventory(stack.folder, `${services('"cache"')}, ${cache}`);
    await stack.up();
  });
  after(() => stack.remove());

  it("is not lost with a line of the inventory: nothing changes, and the message has the command that would delete it", async () => {
    writeInventory(stack.folder, `${services("")}, stores: {}`);
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { exitCode, all = "" } = await stack.pulumi(command, { reject: false });
      assert.notEqual(exitCode, 0);
      assert.match(
        all,
        /1 problem, nothing was deployed:\s+apps\/shop\.ts: store cache was removed from the inventory/,
      );
      assert.match(all, /npx flotilla remove cache --stack removal/);
    }
    assert.ok(await exists("statefulset", "cache", "-n", namespace));
  });

  it("is not deleted by destroy either", async () => {
    const { exitCode, all = "" } = await stack.pulumi(["destroy", "--yes", "--skip-preview"], {
      reject: false,
    });
    assert.notEqual(exitCode, 0);
    assert.match(all, /protected/);
    assert.ok(await exists("statefulset", "cache", "-n", namespace));
    writeInventory(stack.folder, `${services("")}, stores: {}`);
  });

  it("cannot be deleted while the inventory has it", async () => {
    writeInventory(stack.folder, `${services('"cache"')}, ${cache}`);
    const { exitCode, all = "" } = await flotilla(stack, "remove", "cache", "--stack", "removal");
    assert.equal(exitCode, 1);
    assert.match(all, /apps\/shop\.ts still has cache/);
  });

  it("is deleted when that is allowed, and its volume is retained, with the Secret that unlocks it", async () => {
    const secret = async () =>
      (await get<{ metadata: { uid: string } }>("secret", "cache-auth", "-n", namespace)).metadata.uid;
    const before = await secret();
    writeInventory(stack.folder, `${services("")}, stores: {}`);
    const { exitCode, all = "" } = await flotilla(stack, "remove", "cache", "--stack", "removal");
    assert.equal(exitCode, 0, all);
    assert.match(all, /3 resources of cache are no longer protected/);
    await stack.up();
    assert.equal(await exists("statefulset", "cache", "-n", namespace), false);
    assert.equal(await secret(), before);
    assert.ok(await exists("pvc", "data-cache-0", "-n", namespace));
    assert.doesNotMatch(await stack.export(), /Secret::cache-auth|RandomPassword::cache-/);
    assert.deepEqual(await stack.preview(), []);
  });

  it("leaves a used permission behind, which flotilla up removes", async () => {
    const { all: preview = "" } = await stack.pulumi(["preview"]);
    assert.match(
      preview,
      /flotilla:allowDeletion lists store\/cache, which is not deployed: remove the entry/,
    );
    const { exitCode, all = "" } = await flotilla(stack, "up", "--yes", "--stack", "removal");
    assert.equal(exitCode, 0, all);
    assert.match(all, /removed used entries of flotilla:allowDeletion; commit the file/);
    assert.doesNotMatch(read(stack.folder, "Pulumi.removal.yaml"), /allowDeletion/);
  });
});

describe("a chart from charts/vendor", () => {
  const namespace = "e2e-vendored";
  const archive = "charts/vendor/redis-23.1.1.tgz";
  let stack: Stack;

  before(async () => {
    stack = await projectStack("vendored", {
      application: "shop",
      environment: "dev",
      charts: "vendored",
      namespace,
    });
    writeInventory(
      stack.folder,
      `services: { web: service(["cache"]) }, stores: { cache: { ...store("redis"), accounts: {} } }`,
    );
    // A test chart under the name of the real one: only its source matters here.
    writeChart(stack.folder, "23.1.1");
    const template = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n";
    writeFileSync(join(stack.folder, "chart/templates/objects.yaml"), template);
    mkdirSync(join(stack.folder, "charts/vendor"), { recursive: true });
    await run("helm", ["package", join(stack.folder, "chart"), "--destination", stack.folder]);
    writeFileSync(join(stack.folder, archive), readFileSync(join(stack.folder, "mini-23.1.1.tgz")));
    lock(
      createHash("sha256")
        .update(readFileSync(join(stack.folder, archive)))
        .digest("hex"),
    );
  });
  after(() => stack?.remove());

  function lock(sha256: string): void {
    const file = join(stack.folder, "charts/lock.yaml");
    const document = parseDocument(read(file));
    document.setIn(["charts", "redis", "sha256"], sha256);
    writeFileSync(file, document.toString());
  }

  it("is deployed with its relative path, without a registry", async () => {
    await stack.up();
    assert.ok(await exists("configmap", "cache", "-n", namespace));
    assert.deepEqual(await stack.preview(), []);
    assert.doesNotMatch(await stack.export(), new RegExp(stack.folder));
  });

  long("cannot change the profile in place: the preview says how to move", async () => {
    await stack.config("flotilla:profile", "replicated");
    const { exitCode, all = "" } = await stack.pulumi(["preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.match(
      all,
      /flotilla:stores\.cache\.profile: the profile is replicated, but cache is deployed as standalone/,
    );
    assert.match(all, /docs\/stores\.md/);
    await run("pulumi", ["config", "rm", "flotilla:profile", "--stack", stack.name], { cwd: stack.folder });
  });

  long("is refused when it is not the locked one, before anything changes", async () => {
    const steps = async () => (await stack.preview()).filter(({ newState }) => newState?.type === RELEASE);
    assert.deepEqual(await steps(), []);
    appendFileSync(join(stack.folder, archive), "changed");
    const { exitCode, all = "" } = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.match(
      all,
      /1 problem, nothing was deployed:\s+charts\/vendor\/redis-23\.1\.1\.tgz: the chart does not match/,
    );
    rmSync(join(stack.folder, archive));
    const missing = await stack.pulumi(["preview"], { reject: false });
    assert.match(missing.all ?? "", /the chart does not exist\s+Download it: npx flotilla charts pull/);
  });
});
