/** Passwords of running stores are replaced through the engine, interrupted at every step. */
import assert from "node:assert/strict";
import { refuseNothing, refuseObjects } from "./admission";
import { flotilla, inventoryStack } from "./inventory";
import { long } from "./long";
import { get, type Stack, secretOf } from "./world";

interface Container {
  env?: { name: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
}
interface Workload {
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    template: { metadata?: { annotations?: Record<string, string> }; spec: { containers: Container[] } };
  };
  status: { succeeded?: number };
}

/** Previews are tested elsewhere. */
const QUICK = ["--", "--skip-preview"];

describe("the rotation of passwords in use", () => {
  const namespace = "e2e-rotation";
  const stores = ["mysql", "mongodb", "rabbitmq"];
  let stack: Stack;

  const secret = (name: string) => secretOf(name, namespace);

  /** Whether the Job of a release has completed. */
  async function done(release: string): Promise<boolean> {
    const selector = `app.kubernetes.io/instance=${release}`;
    const { items } = await get<{ items: Workload[] }>("jobs", "-n", namespace, "-l", selector);
    return items.some(({ status }) => (status.succeeded ?? 0) > 0);
  }

  /** Returns the checksum that restarts a client's pods when its Secret changes. */
  async function checksum(store: string): Promise<string> {
    const { spec } = await get<Workload>("deployment", `${store}-client`, "-n", namespace);
    return JSON.stringify(spec.template.metadata?.annotations ?? {});
  }

  const passwordOf = (url: string | undefined): string => (url ?? "").split(":")[1] ?? "";

  /** Returns the passwords that a store accepts for its account, depending on which of its Jobs have run. */
  async function taken(store: string): Promise<string[]> {
    const { password: old } = first[store] as { password: string };
    if (!(await done(`${store}-rotate-2-begin`))) return [old];
    const job = await secret(`${store}-rotate-2-begin-env`);
    const [now, before] =
      store === "rabbitmq"
        ? [job.PASSWORD, job.PREVIOUS_PASSWORD]
        : [job.APP_PASSWORD, job.APP_PASSWORD_BEFORE];
    assert.equal(before, old);
    return (await done(`${store}-rotate-2-end`)) ? [now as string] : [now as string, old];
  }

  /** Returns the passwords in use: of running pods, of new pods, and of the store's own Secret. */
  async function used(store: string): Promise<string[]> {
    const start = first[store] as { password: string; checksum: string };
    const now = passwordOf((await secret(`${store}-client-env`)).URL);
    const auth = await secret(`${store}-auth`);
    const own = { mysql: "mysql-password", mongodb: "mongodb-passwords", rabbitmq: "rabbitmq-password" }[
      store
    ];
    const hasRolled = (await checksum(store)) !== start.checksum;
    return [hasRolled ? now : start.password, now, auth[own as string] as string];
  }
  const first: Record<string, { password: string; checksum: string }> = {};

  before(async () => {
    stack = await inventoryStack(
      "rotation",
      namespace,
      `services: { ${stores.map((name) => `"${name}-client": service(["${name}"], { URL: url("${name}") })`)} },
       stores: { mysql: store("mysql", "app"), mongodb: store("mongodb", "app"), rabbitmq: store("rabbitmq") }`,
    );
    await stack.up();
    for (const store of stores)
      first[store] = {
        password: passwordOf((await secret(`${store}-client-env`)).URL),
        checksum: await checksum(store),
      };
  });
  after(() => stack?.remove());

  it("does nothing for a store without passwords, or one that is not deployed", async () => {
    const unknown = await flotilla(stack, "rotate", "postgres", "--stack", "rotation");
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.all ?? "", /shop has no store postgres; it has mysql, mongodb, rabbitmq/);
  });

  const rotateMysql = () => flotilla(stack, "rotate", "mysql", "--stack", "rotation", "--yes", ...QUICK);
  let isResumed = false;
  /** Rotates while the API server refuses some objects; by then the stores accept the new login, or not yet. */
  const stopsAt =
    (condition: string, begun = true) =>
    async () => {
      if (!isResumed)
        for (const store of stores.slice(1)) await stack.config(`flotilla:stores.${store}.generation`, "2");
      await refuseObjects(namespace, condition);
      const { exitCode, all = "" } = await rotateMysql();
      await refuseNothing(namespace);
      assert.equal(exitCode, 1);
      assert.match(all, /refused by the test/);
      assert.match(
        all,
        /The old passwords of mysql still work\.\s+Continue: +npx flotilla rotate mysql --stack rotation/,
      );
      assert.equal(/resuming the rotation of mysql to generation 2/.test(all), isResumed);
      isResumed = true;
      for (const store of stores) {
        assert.equal(await done(`${store}-rotate-2-begin`), begun, store);
        assert.equal(await done(`${store}-rotate-2-end`), false, store);
        const accepted = await taken(store);
        for (const password of await used(store))
          assert.ok(accepted.includes(password), `${store} does not take a password that is in use`);
      }
    };

  long(
    "keeps everything running when it stops at the first Job",
    stopsAt(`object.kind == "Job" && object.metadata.name.contains("-rotate-2-begin-")`, false),
  );
  long(
    "keeps everything running when it stops at the Secrets",
    stopsAt(`object.kind == "Secret" && object.metadata.name.endsWith("-auth")`),
  );
  long("keeps everything running when it stops at the stores", stopsAt(`object.kind == "StatefulSet"`));
  it("keeps everything running when it stops at the clients", stopsAt(`object.kind == "Deployment"`));
  long(
    "keeps everything running when it stops at the last Job",
    stopsAt(`object.kind == "Job" && object.metadata.name.contains("-rotate-2-end-")`),
  );

  it("can be cancelled before its end: all clients have the old passwords again", async () => {
    for (const store of stores) await stack.config(`flotilla:stores.${store}.generation`, "1");
    await stack.up();
    for (const store of stores) {
      const { password, checksum: start } = first[store] as { password: string; checksum: string };
      assert.deepEqual(new Set(await used(store)), new Set([password]));
      assert.equal(await checksum(store), start);
    }
    assert.deepEqual(await stack.preview(), []);
    for (const store of stores.slice(1)) await stack.config(`flotilla:stores.${store}.generation`, "2");
  });

  it("is completed by running the same command again", async () => {
    const { exitCode, all } = await rotateMysql();
    assert.equal(exitCode, 0, all);
    assert.match(all ?? "", /mysql and its clients use generation 2/);
    for (const store of stores) {
      const url = (await secret(`${store}-client-env`)).URL as string;
      assert.match(url, store === "mysql" ? /^app:\w{32}$/ : /^app_2:\w{32}$/);
      assert.notEqual(passwordOf(url), first[store]?.password);
      assert.ok(await done(`${store}-rotate-2-end`));
      assert.deepEqual(new Set(await used(store)), new Set(await taken(store)));
      const { spec } = await get<Workload>("statefulset", store, "-n", namespace);
      assert.match(JSON.stringify(spec.template), /"flotilla\.dev\/generation":"2"/);
    }
  });

  it("changes nothing afterwards", async () => {
    assert.deepEqual(await stack.preview(), []);
  });

  long("starts again with the next generation, whose Jobs replace the previous ones", async () => {
    const { exitCode, all } = await flotilla(
      stack,
      "rotate",
      "rabbitmq",
      "--stack",
      "rotation",
      "--yes",
      ...QUICK,
    );
    assert.equal(exitCode, 0, all);
    assert.match((await secret("rabbitmq-client-env")).URL as string, /^app_3:\w{32}$/);
    assert.match((await secret("mysql-client-env")).URL as string, /^app:\w{32}$/);
    assert.ok(await done("rabbitmq-rotate-3-end"));
    assert.equal(await done("rabbitmq-rotate-2-end"), false);
  });

  it("is refused backwards, with all problems at once", async () => {
    for (const store of stores) await stack.config(`flotilla:stores.${store}.generation`, "1");
    const { exitCode, all = "" } = await stack.pulumi(["preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.match(all, /3 problems, nothing was deployed/);
    assert.match(
      all,
      /Pulumi\.rotation\.yaml:\d+ flotilla:stores\.rabbitmq\.generation: the generation goes back to 1/,
    );
  });
});
