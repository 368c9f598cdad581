/** Flotilla's components in a user's own Pulumi program. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { exists, initStack, type Stack, secretOf } from "./world";

const PROGRAM = join(PROJECT, "tests", "e2e", "own-program", "index.ts");

/** The program in its own project, which finds the library as a link to this repository. */
async function ownProgram(): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), "flotilla-own-"));
  const program = readFileSync(PROGRAM, "utf8").replace("../../../components", join(PROJECT, "components"));
  writeFileSync(join(folder, "index.ts"), program);
  writeFileSync(join(folder, "package.json"), '{"name":"own","main":"index.ts"}');
  writeFileSync(join(folder, "Pulumi.yaml"), "name: own\nruntime: nodejs\n");
  writeFileSync(
    join(folder, "tsconfig.json"),
    '{"compilerOptions":{"module":"commonjs","moduleResolution":"node","target":"es2022","strict":true}}',
  );
  mkdirSync(join(folder, "node_modules"));
  for (const name of ["@pulumi", "@swc", "@types", "ts-node", "typescript"])
    symlinkSync(join(PROJECT, "node_modules", name), join(folder, "node_modules", name));
  symlinkSync(PROJECT, join(folder, "node_modules", "flotilla"));
  return initStack(folder, "own-program");
}

describe("components in a user's own program", function () {
  this.timeout(300_000);
  let stack: Stack;
  const refused = async (...command: string[]) => {
    const { exitCode, all = "" } = await stack.pulumi(
      command.length > 0 ? command : ["up", "--yes", "--skip-preview"],
      {
        reject: false,
      },
    );
    assert.notEqual(exitCode, 0, all);
    assert.doesNotMatch(all, /^\s+at .*\.(ts|js):\d+/m, "no stack trace");
    return all;
  };

  before(async () => {
    stack = await ownProgram();
  });
  after(() => stack?.remove());

  it("are previewed completely", async () => {
    const steps = await stack.preview();
    const releases = steps.filter(({ newState }) => newState?.type === "kubernetes:helm.sh/v3:Release");
    assert.deepEqual(releases.map(({ newState }) => newState?.inputs?.name).sort(), [
      ...["cache", "cache", "gateway", "orders", "orders-db", "orders-db-accounts", "web", "web"],
    ]);
    // The program has the right types by now, and checking them takes most of the time of an update.
    const transpiles = { transpileOnly: true, require: [join(PROJECT, "dev", "transpile.js")] };
    const file = join(stack.folder, "tsconfig.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), "ts-node": transpiles }));
  });

  it("deploy two applications, a store and services, with matching passwords", async () => {
    await stack.up();
    const outputs = await stack.outputs<Record<string, string>>();
    assert.equal(outputs.url, "http://web:8080");
    assert.equal(outputs.databaseHost, "orders-db");
    assert.equal(outputs.ordersUrl, "http://orders:8080");
    assert.equal(outputs.gatewayStatus, "deployed");
    for (const [namespace, name, store] of [
      ["shop-local", "web", "cache"],
      ["shop-two-local", "web", "cache"],
    ] as const) {
      const { "redis-password": value } = await secretOf(`${store}-auth`, namespace);
      assert.equal(
        (await secretOf(`${name}-env`, namespace)).CACHE_URL,
        `redis://:${value}@cache-master:6379`,
      );
    }
    const { "app-password": value, ...others } = await secretOf("orders-db-auth", "own-program");
    const DB = (await secretOf("orders-env", "own-program")).DB;
    const known = [value, ...Object.values(others)].find(
      (password) => DB === `mysql://orders:${password}@orders-db/orders`,
    );
    assert.ok(known !== undefined, "the service has a password of the store");
    assert.equal(outputs.databasePassword, "[secret]");
  });

  it("change nothing when nothing changed, and only read their own state", async () => {
    assert.deepEqual(await stack.preview(), []);
  });

  it("apply a change of one argument only to the releases it concerns", async () => {
    await stack.config("tag", "1.0.1");
    const steps = await stack.preview();
    assert.deepEqual([...new Set(steps.map(({ op }) => op))], ["update"]);
    assert.equal(steps.length, 4);
    await stack.up();
  });

  it("refuse to lose data, before anything is deployed", async () => {
    await stack.config("withoutStore", "true");
    assert.match(await refused(), /arguments of Application "shop-two".*cache/s);
    await stack.config("withoutStore", "false");
    await stack.config("namespace", "elsewhere");
    assert.match(
      await refused(),
      /deployed in namespace shop-two-local, and this would move it to elsewhere/,
    );
    assert.equal(await exists("namespace", "elsewhere"), false);
    await stack.config("namespace", "shop-two-local");
    await stack.config("distribution", "bitnami");
    assert.match(
      await refused(),
      /arguments of Store "orders-db".*the distribution is bitnami, but orders-db is deployed from upstream/s,
    );
    await stack.config("distribution", "upstream");
  });

  it("refuse a store in another namespace than its service, and moving a store", async () => {
    await stack.config("storePlace", "elsewhere");
    assert.match(
      await refused("preview"),
      /Microservice "orders": stores.orders-db: Store "orders-db" is in namespace elsewhere/,
    );
    await stack.config("storePlace", "own-program");
    await stack.config("place", "elsewhere");
    await stack.config("storePlace", "elsewhere");
    assert.match(
      await refused("preview"),
      /Store "orders-db": namespace: the store is deployed in namespace own-program/,
    );
    await stack.config("place", "own-program");
    await stack.config("storePlace", "own-program");
  });

  it("refuse a service that is not a client of its store", async () => {
    await stack.config("withoutClient", "true");
    assert.match(
      await refused("preview"),
      /stores.orders-db: the network policy .* denies connections from orders/,
    );
    await stack.config("withoutClient", "false");
  });

  it("refuse names by which the state cannot distinguish components", async () => {
    await stack.config("contested", "true");
    assert.match(
      await refused("preview"),
      /Application "shop-two-cache": because of the name of Application "shop-two", the owner of the resource shop-two-cache/,
    );
    await stack.config("contested", "false");
  });

  it("refuse invalid arguments with what to do", async () => {
    await stack.config("storage", "much");
    assert.match(await refused(), /arguments of Store "orders-db": store orders-db.*storage.*much/s);
  });
});
