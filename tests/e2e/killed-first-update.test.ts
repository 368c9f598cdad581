/** A first update that is killed several times in a row, each time when something exists and is not recorded yet. */
import assert from "node:assert/strict";
import { join } from "node:path";
import execa from "execa";
import { type ExportedState, nameOfUrn, operationsOf, RELEASE, resourcesOf } from "../../cli/core/state";
import { signalProcess } from "../../cli/tools/processes";
import { ApiProxy, FAIR } from "../faults/proxy";
import { killAll, killProvider, processesOf } from "../faults/shop";
import { inventoryStack } from "./inventory";
import { long } from "./long";
import { exists, get, type Stack, secretOf, testWorld, world } from "./world";

const namespace = "e2e-killed";

const INVENTORY = `
  services: { web: { ...service(["db"], { URL: url("db") }), startupSeconds: 1 } },
  stores: { db: store("mysql", "app"), cache: { ...store("redis"), accounts: {} } },`;

interface List {
  items: { metadata: { name: string; uid: string }; data?: Record<string, string> }[];
}

/** A request of the provider, by method and path. */
type Moment = (request: { method: string; path: string }) => boolean;

const writes =
  (pattern: RegExp): Moment =>
  ({ method, path }) =>
    method !== "GET" && !path.includes("dryRun=") && pattern.test(path);

const ENGINE = /(^|\/)pulumi up/;

/** Kills only the engine; its provider keeps running. */
async function killEngine(update: { pid: number }): Promise<void> {
  const [engine] = (await processesOf(update, ENGINE)) ?? [];
  assert.ok(engine, "the engine runs");
  signalProcess(engine, "SIGKILL");
}

describe("a first update that is killed", function () {
  this.timeout(240_000);
  let stack: Stack;
  let proxy: ApiProxy;
  let environment: NodeJS.ProcessEnv;

  const run = (program: string, args: readonly string[], env = environment) =>
    execa(program, [...args, "--stack", stack.name], {
      cwd: stack.folder,
      env,
      all: true,
      reject: false,
      stdin: "ignore",
      detached: true,
    });
  const ends = async (code: number, ...args: string[]) => {
    const { exitCode, all = "" } = await run(join(stack.folder, "cli/bin.js"), args);
    assert.equal(exitCode, code, `flotilla ${args.join(" ")}:\n${all}`);
    return all;
  };
  const state = async () => JSON.parse(await stack.export()) as ExportedState;
  const isRecorded = async (name: string) =>
    resourcesOf(await state()).some(
      ({ type, urn }) => type.startsWith("kubernetes:") && nameOfUrn(urn) === name,
    );

  /** The namespace, the claims and the passwords that have existed so far. */
  const noted: Record<string, unknown> = {};
  /** Notes what exists, and asserts that everything noted earlier is still the same. */
  async function note(): Promise<void> {
    const { metadata } = await get<List["items"][number]>("namespace", namespace);
    const claims = await get<List>("pvc", "-n", namespace);
    const secrets = await get<List>("secrets", "-n", namespace, "--selector=owner!=helm");
    const now: Record<string, unknown> = Object.fromEntries([
      ["namespace", metadata.uid],
      ...claims.items.map(({ metadata: { name, uid } }) => [`claim ${name}`, uid]),
      ...secrets.items.map(({ metadata: { name, uid }, data }) => [`Secret ${name}`, { uid, data }]),
    ]);
    for (const [what, before] of Object.entries(noted)) assert.deepEqual(now[what], before, what);
    Object.assign(noted, now);
  }

  /** Starts an update, and kills what `kill` says after a request has reached the API server and before its answer. */
  async function killedAt(
    moment: Moment,
    kill: (update: { pid: number }) => Promise<unknown>,
  ): Promise<string> {
    const update = run("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"]);
    const meanwhile = async () => {
      await kill({ pid: update.pid as number });
    };
    proxy.behave({ kind: "withholds", matches: moment, meanwhile });
    const { all = "" } = await update;
    assert.equal(proxy.harmed, 1, `it was not killed:\n${all}`);
    proxy.behave(FAIR);
    return all;
  }

  before(async () => {
    stack = await inventoryStack("killed", namespace, INVENTORY, { rolloutSeconds: 30 });
    const kubeconfig = join(testWorld.folder, "kubeconfig-killed");
    proxy = await ApiProxy.start(testWorld.kubeconfig, kubeconfig);
    environment = { ...(world().environment as NodeJS.ProcessEnv), KUBECONFIG: kubeconfig };
  });
  after(async () => {
    await proxy?.stop();
    stack?.remove();
  });

  long("before the first object: only the lock is left", async () => {
    await killedAt(({ path }) => path.startsWith("/api/v1/namespaces/kube-system"), killAll);
    assert.match(await ends(0, "recover", "--yes"), /release the lock/);
    assert.equal(await exists("namespace", namespace), false);
  });

  it("with everything, when the namespace exists", async () => {
    await killedAt(writes(new RegExp(`^/api/v1/namespaces(/${namespace})?(\\?|$)`)), killAll);
    await note();
    assert.match(await ends(0, "recover", "--yes"), /import Namespace e2e-killed/);
    assert.ok(await isRecorded(namespace));
  });

  it("without its engine, when a Secret exists: nothing records it, and the next updates are refused", async () => {
    await killedAt(writes(/\/secrets\/db-auth/), killProvider);
    await note();
    assert.equal(await isRecorded("db-auth"), false);
    assert.deepEqual(operationsOf(await state()), []);
    const { all = "" } = await run("pulumi", ["up", "--yes", "--skip-preview", "--non-interactive"]);
    assert.match(all, /Secret db-auth .*already exists/);
    assert.ok(all.includes(`npx flotilla recover --stack ${stack.name}`), all);
    assert.match(await ends(1, "up", "--yes"), /npx flotilla recover/);
    assert.match(await ends(0, "recover", "--yes"), /add .*Secret db-auth.* to the state/);
    assert.ok(await isRecorded("db-auth"));
    const passwords = Object.values(await secretOf("db-auth", namespace)).filter(
      ({ length }) => length >= 16,
    );
    assert.ok(passwords.length > 0);
    const exported = await stack.export();
    for (const value of passwords)
      for (const form of [value, Buffer.from(value).toString("base64")])
        assert.ok(!exported.includes(form), "the state has a password");
  });

  long("without its provider, while helm installs a store", async () => {
    await killedAt(writes(/\/statefulsets/), killEngine);
    const all = await ends(0, "recover", "--yes");
    await note();
    assert.match(all, /end process \d+, the kubernetes provider/);
    assert.deepEqual(operationsOf(await state()), []);
  });

  it("without its engine, when a release is installed: adopt takes it over", async () => {
    await killedAt(writes(/\/secrets\/sh\.helm\.release\.v1\.web\.v1/), killProvider);
    await note();
    const all = await ends(0, "recover", "--yes");
    assert.match(all, /release web is running but missing from the state/);
    assert.ok(all.includes(`npx flotilla adopt --stack ${stack.name}`), all);
    await ends(0, "adopt", "--yes");
  });

  it("is completed by the next update, with the same namespace, claims and passwords", async () => {
    await ends(0, "up", "--yes");
    await note();
    await ends(0, "diff");
    await ends(0, "status");
    assert.match(await ends(0, "recover", "--yes"), /Nothing to recover/);
    const { items } = await get<List>("pvc", "-n", namespace);
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ["data-cache-0", "data-db-0"],
    );
    const releases = resourcesOf(await state()).filter(({ type }) => type === RELEASE);
    assert.deepEqual(releases.map(({ urn }) => nameOfUrn(urn)).sort(), ["cache", "db", "db-accounts", "web"]);
  });
});
