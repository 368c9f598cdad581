/** A store kind that is not built in, registered by a project: every command supports it. */
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { flotilla, inventoryStack } from "./inventory";
import { get, type Stack, secretOf } from "./world";

interface StatefulSet {
  spec: { template: { spec: { containers: { image: string }[] } } };
  status: { readyReplicas?: number };
}

describe("a project's own store kind", () => {
  const namespace = "e2e-store-kind";
  let stack: Stack;
  const ends = async (code: number, ...args: string[]): Promise<string> => {
    const { exitCode, all = "" } = await flotilla(stack, ...args, "--stack", stack.name);
    assert.equal(exitCode, code, all);
    return all;
  };
  const secret = (name: string) => secretOf(name, namespace);

  before(async () => {
    stack = await inventoryStack(
      "store-kind",
      namespace,
      `services: { web: service(["cache"], { CACHE: url("cache") }) }, stores: { cache: store("memcached") }`,
    );
    // The descriptor, its registration, and nothing else.
    copyFileSync(join(PROJECT, "tests", "memcached.ts"), join(stack.folder, "apps", "memcached.ts"));
    const catalogue = join(stack.folder, "apps", "index.ts");
    writeFileSync(
      catalogue,
      `import { registerStoreKind } from "../src/plan/stores/registry";\nimport { memcached } from "./memcached";\nregisterStoreKind(memcached);\n${readFileSync(catalogue, "utf8")}`,
    );
  });
  after(() => stack?.remove());

  it("is rendered, deployed and shown", async () => {
    await ends(0, "render", "--out", join(stack.folder, ".flotilla", "rendered"));
    await stack.up();
    const { spec, status } = await get<StatefulSet>("statefulset", "cache", "-n", namespace);
    assert.equal(spec.template.spec.containers[0]?.image, "docker.io/library/memcached:1.6.39");
    assert.equal(status.readyReplicas, 1);
    const { password } = await secret("cache-auth");
    assert.equal((await secret("web-env")).CACHE, `app:${password}`);
    assert.match(await ends(0, "status"), /cache .*store/);
    await ends(0, "diff");
    assert.match(await ends(0, "config"), /cache:\n {4}profile: standalone/);
    assert.match(await ends(0, "graph"), /memcache/);
  });

  it("gets new passwords by a restart, and removing such a store is refused", async () => {
    const { password: before } = await secret("cache-auth");
    const { exitCode, all = "" } = await flotilla(
      stack,
      ...["rotate", "cache", "--stack", stack.name, "--", "--skip-preview", "--yes"],
    );
    assert.equal(exitCode, 0, all);
    const { password: after } = await secret("cache-auth");
    assert.notEqual(after, before);
    assert.equal((await secret("web-env")).CACHE, `app:${after}`);
    stack.edit("apps/index.ts", 'cache: store("memcached")', "");
    stack.edit("apps/index.ts", 'service(["cache"], { CACHE: url("cache") })', "service([])");
    assert.match(await ends(1, "diff"), /cache was removed from the inventory|store "?cache/);
  });
});
