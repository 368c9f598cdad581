/** Secrets of an application: generated once, shared by services, rotated, kept by adopt, and never shown. */
import assert from "node:assert/strict";
import { flotilla, inventoryStack, writeInventory } from "./inventory";
import { long } from "./long";
import { get, run, type Stack, secretOf } from "./world";

const INVENTORY = `
  services: {
    api: { ...service([], { JWT_KEY: [secret("jwt")], STRIPE_KEY: [secret("stripe")] }) },
    worker: {
      ...service([], { TOKEN: [secret("token")] }),
      files: { "/etc/worker.json": text\`{"key": "\${secret("jwt")}"}\` },
    },
    other: { ...service([]) },
  },
  stores: {},
  secrets: {
    jwt: { reason: "signs tokens", length: 48 },
    token: { reason: "the worker calls the api with it", alphabet: "hex" },
    stripe: { reason: "key of the payment provider", given: true },
  },`;

/** The value that the stack gives. */
const GIVEN = 'sk_"given" by others';

describe("the secrets of an application", function () {
  this.timeout(240_000);
  const namespace = "e2e-secrets";
  let stack: Stack;
  let written = "";
  const values = new Set<string>([GIVEN]);

  const ends = async (code: number, ...args: string[]) => {
    const { exitCode, all = "" } = await flotilla(stack, ...args, "--stack", stack.name);
    written += all;
    assert.equal(exitCode, code, `flotilla ${args.join(" ")}:\n${all}`);
    return all;
  };

  /** Returns the values in the cluster. */
  async function live(): Promise<{ jwt: string; token: string; stripe: string; inFile: string }> {
    const api = await secretOf("api-env", namespace);
    const [file = ""] = Object.values(await secretOf("worker-files", namespace));
    const { TOKEN: token = "" } = await secretOf("worker-env", namespace);
    const { JWT_KEY: jwt = "", STRIPE_KEY: stripe = "" } = api;
    for (const value of [jwt, token, stripe]) values.add(value);
    return { jwt, token, stripe, inFile: (JSON.parse(file) as { key: string }).key };
  }

  /** Returns the revisions of the pods' templates: a new one is a rollout. */
  async function generations(): Promise<Record<string, number>> {
    const names = ["api", "worker", "other"];
    const found = await Promise.all(
      names.map((name) => get<{ metadata: { generation: number } }>("deployment", name, "-n", namespace)),
    );
    return Object.fromEntries(names.map((name, index) => [name, found[index]?.metadata.generation ?? 0]));
  }

  before(async () => {
    stack = await inventoryStack("secrets", namespace, INVENTORY);
  });
  after(() => stack?.remove());

  it("are refused before anything is deployed if a given one is missing", async () => {
    const all = await ends(1, "up", "--yes");
    assert.match(all, /flotilla:credentials\.secret-stripe: the value of this secret is missing/);
    await stack.secret("flotilla:credentials.secret-stripe", GIVEN);
  });

  it("are generated with their length and alphabet, and shared by services", async () => {
    await ends(0, "up", "--yes");
    const { jwt, token, stripe, inFile } = await live();
    assert.match(jwt, /^[A-Za-z0-9]{48}$/);
    assert.match(token, /^[0-9a-f]{64}$/);
    assert.equal(stripe, GIVEN);
    assert.equal(inFile, jwt);
    assert.deepEqual(await stack.preview(), []);
  });

  it("get a new value by rotation, with which only their services restart", async () => {
    const [before, rolled] = [await live(), await generations()];
    const all = await ends(0, "rotate", "jwt", "--yes");
    assert.match(all, /generation 2 of jwt: a new value, and a restart of api, worker/);
    const after = await live();
    assert.match(after.jwt, /^[A-Za-z0-9]{48}$/);
    assert.notEqual(after.jwt, before.jwt);
    assert.equal(after.inFile, after.jwt);
    assert.deepEqual([after.token, after.stripe], [before.token, before.stripe]);
    const now = await generations();
    assert.deepEqual(
      Object.keys(now).filter((name) => now[name] !== rolled[name]),
      ["api", "worker"],
    );
    assert.deepEqual(await stack.preview(), []);
    assert.match(await ends(1, "rotate", "stripe", "--yes"), /secret stripe is not generated/);
    assert.match(
      await ends(1, "rotate", "jvt", "--yes"),
      /no store or secret jvt; it has jwt, token, stripe/,
    );
  });

  long("have an old value again with its generation", async () => {
    const rotated = await live();
    await stack.config("flotilla:secrets.jwt.generation", "1");
    await ends(0, "up", "--yes");
    const first = await live();
    assert.notEqual(first.jwt, rotated.jwt);
    await stack.config("flotilla:secrets.jwt.generation", "2");
    await ends(0, "up", "--yes");
    assert.equal((await live()).jwt, rotated.jwt);
  });

  long("keep their values when the state is lost and adopt rebuilds it", async () => {
    const before = [await live(), await generations()];
    await run("pulumi", ["stack", "rm", stack.name, "--force", "--yes", "--preserve-config"], {
      cwd: stack.folder,
    });
    await run("pulumi", ["stack", "init", stack.name, "--non-interactive"], { cwd: stack.folder });
    const refused = await ends(1, "up", "--yes");
    const [, id = ""] = /--given-up (\S+)/.exec(refused) ?? [];
    assert.notEqual(id, "", refused);
    await ends(0, "adopt", "--given-up", id, "--yes");
    assert.deepEqual([await live(), await generations()], before);
    assert.deepEqual(await stack.preview(), []);
  });

  it("are protected: a removal is refused in words", async () => {
    const removed = INVENTORY.replace("jwt: {", '"other-key": {').replaceAll(
      'secret("jwt")',
      'secret("other-key")',
    );
    writeInventory(stack.folder, removed);
    await stack.pulumi(["config", "rm", "flotilla:secrets"]);
    assert.match(
      await ends(1, "up", "--yes"),
      /password secret-jwt-2 is deployed, but the inventory and the settings no longer need it/,
    );
    writeInventory(stack.folder, INVENTORY);
  });

  it("are in no output", async () => {
    for (const command of ["status", "graph", "explain", "drift"] as const) await ends(0, command);
    assert.ok(written.length > 1000 && values.size === 4);
    for (const value of values)
      for (const form of [value, Buffer.from(value).toString("base64")])
        assert.ok(!written.includes(form), "a secret's value was shown");
  });
});
