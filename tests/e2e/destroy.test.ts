/** `flotilla destroy`: what it shows, what it refuses, and what is left. */
import assert from "node:assert/strict";
import { flotilla, writeInventory } from "./inventory";
import { exists, get, projectStack, run, type Stack } from "./world";

const INVENTORY = `
  services: { web: { ...service(["cache", "mysql"], { URL: url("mysql") }), startupSeconds: 1 } },
  stores: { cache: { ...store("redis"), accounts: {} }, mysql: store("mysql", "app") },`;

interface Listed {
  items: { kind: string; metadata: { name: string; uid: string } }[];
}

describe("flotilla destroy", function () {
  this.timeout(240_000);
  const namespace = "e2e-destroy";
  let stack: Stack;

  const destroy = (...args: string[]) => flotilla(stack, "destroy", "--stack", stack.name, ...args);
  /** With an answer typed on a terminal. */
  const answered = (answer: string) =>
    run("script", ["-qec", `commands/bin.js destroy --stack ${stack.name}`, "/dev/null"], {
      cwd: stack.folder,
      reject: false,
      input: `${answer}\n`,
    });
  const apply = (...objects: object[]) =>
    run("kubectl", ["apply", "-f", "-"], {
      input: JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    });
  const uids = async (of: string) => {
    const kinds = "persistentvolumeclaims,statefulsets,deployments,secrets";
    const { items } = await get<Listed>(kinds, "-n", of);
    const { metadata } = await get<Listed["items"][0]>("namespace", of);
    return [
      metadata.uid,
      ...items.map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`),
    ].sort();
  };
  const protectedIn = async () =>
    JSON.stringify(JSON.parse(await stack.export())).match(/"protect":true/g) ?? [];

  before(async () => {
    stack = await projectStack("destroy", {
      application: "shop",
      environment: "dev",
      distribution: "upstream",
      cluster: { context: "kwok-flotilla" },
      namespace,
    });
    writeInventory(stack.folder, INVENTORY);
    await stack.up();
    // One volume that its policy keeps, and things of somebody else.
    await apply(
      {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: "e2e-destroy-kept" },
        spec: {
          capacity: { storage: "3Gi" },
          accessModes: ["ReadWriteOnce"],
          persistentVolumeReclaimPolicy: "Retain",
          storageClassName: "by-hand",
          hostPath: { path: "/nowhere" },
          claimRef: { name: "uploads", namespace },
        },
      },
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "uploads", namespace },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "by-hand",
          volumeName: "e2e-destroy-kept",
          resources: { requests: { storage: "3Gi" } },
        },
      },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "by-hand", namespace } },
    );
    await run("kubectl", ["wait", "pvc/uploads", "-n", namespace, "--for=jsonpath={.status.phase}=Bound"]);
  });
  after(async () => {
    await run("kubectl", ["delete", "pv", "e2e-destroy-kept", "--ignore-not-found"]);
    stack?.remove();
  });

  it("names what goes and what stays, each volume by name and size", async () => {
    const { exitCode, all = "" } = await destroy();
    assert.equal(exitCode, 1, all);
    assert.match(all, /DELETED: the data of 2 volumes, 2 GiB in all/);
    for (const store of ["cache", "mysql"])
      assert.match(all, new RegExp(`data-${store}-0 +1Gi +${store} +pvc-\\S+ +Delete +data deleted`));
    assert.match(
      all,
      /uploads +3Gi +not of the stack +e2e-destroy-kept +Retain +claim deleted, volume stays/,
    );
    assert.match(all, /NOT OF THE STACK[\s\S]*ConfigMap by-hand/);
    assert.match(all, /web +service +1/);
    assert.match(all, /What stays:[\s\S]*PersistentVolume e2e-destroy-kept, 3Gi/);
    assert.match(all, /nobody can be asked here: to go on without a question, give --confirm destroy/);
  });

  it("deletes nothing, and unprotects nothing, for any other name", async () => {
    const before = await uids(namespace);
    const isProtected = await protectedIn();
    const { exitCode, all = "" } = await destroy("--confirm", "dev");
    assert.equal(exitCode, 1);
    assert.match(all, /--confirm dev is not the name of the stack, which is destroy\. Nothing was deleted/);
    for (const answer of ["yes", "", "destro"]) {
      const { exitCode, all = "" } = await answered(answer);
      assert.equal(exitCode, 1, all);
      assert.match(all, /That is not the stack's name\. Nothing was deleted/);
    }
    assert.equal((await destroy("--yes")).exitCode, 2);
    assert.deepEqual(await uids(namespace), before);
    assert.deepEqual(await protectedIn(), isProtected);
  });

  it("refuses while an operation is pending, and leads to recover", async () => {
    const whole = await stack.export();
    const state = JSON.parse(whole) as {
      deployment: { resources: { type: string }[]; pending_operations?: object[] };
    };
    const resource = state.deployment.resources.find(({ type }) => type.endsWith(":Release"));
    state.deployment.pending_operations = [{ type: "updating", resource }];
    // --force: pulumi takes pending operations only so.
    await stack.pulumi(["stack", "import", "--force"], { input: JSON.stringify(state) });
    const { exitCode, all = "" } = await destroy("--confirm", stack.name);
    await stack.pulumi(["stack", "import"], { input: whole });
    assert.equal(exitCode, 1);
    assert.match(all, /was broken off[\s\S]*Nothing was deleted[\s\S]*npx flotilla recover --stack destroy/);
    assert.ok(await exists("namespace", namespace));
  });

  it("refuses prod as a whole, before anything is deleted", async () => {
    const before = await uids(namespace);
    await stack.config("flotilla:environment", "prod");
    const { exitCode, all = "" } = await destroy("--confirm", stack.name);
    await stack.config("flotilla:environment", "dev");
    assert.equal(exitCode, 1);
    assert.match(all, /is of environment prod[\s\S]*Nothing was deleted[\s\S]*pulumi state unprotect --all/);
    assert.deepEqual(await uids(namespace), before);
  });

  it("deletes all of it for the right name, also what helm no longer has, and keeps what it said", async () => {
    await run("helm", ["uninstall", "cache", "-n", namespace, "--wait"]);
    const { exitCode, all = "" } = await answered(stack.name);
    assert.equal(exitCode, 0, all);
    assert.match(all, /cache +store +uninstalled already/);
    assert.match(all, /data-cache-0 +1Gi +cache +pvc-\S+ +Delete +data deleted/);
    assert.match(all, /taking out of the state what the cluster no longer has: cache/);
    assert.match(all, /destroy is destroyed: \d+ deleted/);
    assert.match(all, /PersistentVolume e2e-destroy-kept[\s\S]*pulumi stack rm destroy/);
    assert.equal(await exists("namespace", namespace), false);
    assert.ok(await exists("pv", "e2e-destroy-kept"));
    const { deployment } = JSON.parse(await stack.export()) as { deployment: { resources?: object[] } };
    assert.deepEqual(deployment.resources ?? [], []);
  });

  it("has nothing left to do then", async () => {
    const { exitCode, all = "" } = await destroy();
    assert.equal(exitCode, 0, all);
    assert.match(all, /Nothing of stack destroy is deployed/);
  });

  it("forgets what was in a namespace that somebody deleted", async () => {
    await stack.up();
    await run("kubectl", ["delete", "namespace", namespace, "--wait"]);
    const { exitCode, all = "" } = await destroy("--confirm", stack.name);
    assert.equal(exitCode, 0, all);
    assert.match(all, /only taken out of the state:\s+- namespace e2e-destroy, everything in it/);
    assert.match(all, /destroy is destroyed/);
  });
});
