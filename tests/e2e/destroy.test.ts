/** `flotilla destroy`: what it shows, what it refuses, and what it keeps. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { flotilla, writeInventory } from "./inventory";
import { long } from "./long";
import { apply, exists, get, projectStack, run, type Stack, until, world } from "./world";

const INVENTORY = `
  services: { web: { ...service(["cache", "mysql"], { URL: url("mysql") }), startupSeconds: 1 } },
  stores: { cache: { ...store("redis"), accounts: {} }, mysql: store("mysql", "app") },`;

interface Listed {
  items: { kind: string; metadata: { name: string; uid: string } }[];
}

const KEEP = "e2e-destroy-keep";

describe("flotilla destroy", function () {
  this.timeout(240_000);
  const namespace = "e2e-destroy";
  let stack: Stack;

  const destroy = (...args: string[]) => flotilla(stack, "destroy", "--stack", stack.name, ...args);
  /** Runs it with an answer typed on a terminal. */
  const answered = (answer: string) =>
    run("script", ["-qec", `cli/bin.js destroy --stack ${stack.name}`, "/dev/null"], {
      cwd: stack.folder,
      reject: false,
      input: `${answer}\n`,
      env: { FORCE_COLOR: "0" },
    });
  /** Makes the API server refuse to delete a Secret of the namespace; returns when that is in effect. */
  const keepSecret = async (name: string) => {
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["DELETE"], resources: ["secrets"] };
    const admission = { apiVersion: "admissionregistration.k8s.io/v1", metadata: { name: KEEP } };
    await apply(
      {
        ...admission,
        kind: "ValidatingAdmissionPolicy",
        spec: {
          matchConstraints: { resourceRules: [rule] },
          validations: [{ expression: `oldObject.metadata.name != "${name}"`, message: "kept by the test" }],
        },
      },
      {
        ...admission,
        kind: "ValidatingAdmissionPolicyBinding",
        spec: { policyName: KEEP, validationActions: ["Deny"] },
      },
    );
    const args = ["delete", "secret", name, "-n", namespace, "--dry-run=server"];
    await until("the refusal is in force", async () => {
      return (await run("kubectl", args, { reject: false })).exitCode !== 0;
    });
  };
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
    // One volume with policy Retain, and objects of others.
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

  it("lists what is deleted and what is kept, each volume by name and size", async () => {
    const { exitCode, all = "" } = await destroy();
    assert.equal(exitCode, 3, all);
    assert.match(all, /DELETED: the data of 2 volumes, 2 GiB in total/);
    for (const store of ["cache", "mysql"])
      assert.match(all, new RegExp(`data-${store}-0 +1Gi +${store} +pvc-\\S+ +Delete +data deleted`));
    assert.match(
      all,
      /uploads +3Gi +not part of the stack +e2e-destroy-kept +Retain +claim deleted, volume stays/,
    );
    assert.match(all, /NOT PART OF THE STACK[\s\S]*ConfigMap by-hand/);
    assert.match(all, /web +service +1/);
    assert.match(all, /What stays:[\s\S]*PersistentVolume e2e-destroy-kept, 3Gi/);
    assert.match(all, /cannot ask for the stack's name without a terminal\n {2}.*--confirm destroy/);
  });

  it("deletes and unprotects nothing for any other name", async () => {
    const before = await uids(namespace);
    const isProtected = await protectedIn();
    assert.ok(isProtected.length >= 5);
    const { exitCode, all = "" } = await destroy("--confirm", "dev");
    assert.equal(exitCode, 3);
    assert.match(all, /--confirm dev is not the name of the stack, which is destroy\. Nothing was deleted/);
    for (const answer of ["yes", "", "destro"]) {
      const { exitCode, all = "" } = await answered(answer);
      assert.equal(exitCode, 1, all);
      assert.match(all, /That is not the stack's name\. Nothing was deleted/);
    }
    assert.equal((await destroy("--yes")).exitCode, 3);
    assert.deepEqual(await uids(namespace), before);
    assert.deepEqual(await protectedIn(), isProtected);
  });

  it("refuses while there is a lock or a pending operation, and points to recover", async () => {
    const before = await uids(namespace);
    const backend = join(world().world.state, ".pulumi");
    const lock = join(backend, "locks", "organization", "flotilla", stack.name, "somebody.json");
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, JSON.stringify({ pid: 1, username: "ci", hostname: "elsewhere" }));
    const locked = await destroy("--confirm", stack.name);
    rmSync(lock);
    assert.equal(locked.exitCode, 1);
    assert.match(locked.all ?? "", /locked by ci@elsewhere[\s\S]*Nothing was deleted[\s\S]*flotilla recover/);

    // An import would drop the operation.
    const file = join(backend, "stacks", "flotilla", `${stack.name}.json`);
    const whole = readFileSync(file, "utf8");
    const state = JSON.parse(whole) as {
      checkpoint: { latest: { resources: { type: string }[]; pending_operations?: object[] } };
    };
    const { latest } = state.checkpoint;
    const resource = latest.resources.find(({ type }) => type.endsWith(":Release"));
    latest.pending_operations = [{ type: "updating", resource }];
    writeFileSync(file, JSON.stringify(state));
    const pending = await destroy("--confirm", stack.name);
    writeFileSync(file, whole);
    assert.equal(pending.exitCode, 1);
    assert.match(pending.all ?? "", /was interrupted[\s\S]*Nothing was deleted[\s\S]*flotilla recover/);
    assert.deepEqual(await uids(namespace), before);
  });

  it("refuses prod entirely, before anything is deleted", async () => {
    const before = await uids(namespace);
    await stack.config("flotilla:environment", "prod");
    const { exitCode, all = "" } = await destroy("--confirm", stack.name);
    await stack.config("flotilla:environment", "dev");
    assert.equal(exitCode, 1);
    assert.match(all, /has environment prod[\s\S]*Nothing was deleted[\s\S]*pulumi state unprotect --all/);
    assert.deepEqual(await uids(namespace), before);
  });

  it("deletes everything for the right name, including what helm no longer has, and keeps what it promised", async () => {
    await run("helm", ["uninstall", "cache", "-n", namespace, "--wait"]);
    const { exitCode, all = "" } = await answered(stack.name);
    assert.equal(exitCode, 0, all);
    assert.match(all, /cache +store +already uninstalled/);
    assert.match(all, /data-cache-0 +1Gi +cache +pvc-\S+ +Delete +data deleted/);
    assert.match(all, /removing from the state what the cluster no longer has: cache/);
    assert.match(all, /destroy is destroyed: \d+ deleted/);
    assert.match(all, /PersistentVolume e2e-destroy-kept[\s\S]*pulumi stack rm destroy/);
    assert.equal(await exists("namespace", namespace), false);
    assert.ok(await exists("pv", "e2e-destroy-kept"));
    const { deployment } = JSON.parse(await stack.export()) as { deployment: { resources?: object[] } };
    assert.deepEqual(deployment.resources ?? [], []);
  });

  it("then has nothing left to do", async () => {
    const { exitCode, all = "" } = await destroy();
    assert.equal(exitCode, 0, all);
    assert.match(all, /Stack destroy has nothing deployed/);
  });

  it("continues where pulumi destroy stops: at protected resources, after the services", async () => {
    await stack.up();
    const before = await uids(namespace);
    const withPreview = await stack.pulumi(["destroy", "--yes"], { reject: false });
    assert.notEqual(withPreview.exitCode, 0);
    assert.deepEqual(await uids(namespace), before, "the preview stops it");
    const plain = await stack.pulumi(["destroy", "--yes", "--skip-preview"], { reject: false });
    assert.notEqual(plain.exitCode, 0);
    assert.match(plain.all ?? "", /protected/);
    assert.equal(await exists("deployment", "web", "-n", namespace), false);
    assert.ok(await exists("statefulset", "mysql", "-n", namespace));
  });

  long("reports what is left when it does not complete, and continues with the same command", async () => {
    // The services that plain destroy deleted come back.
    await stack.up();
    // Those of stores are deleted with the namespace.
    await keepSecret("web-env");
    const { exitCode, all = "" } = await destroy("--confirm", stack.name);
    await run("kubectl", ["delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", KEEP]);
    assert.equal(exitCode, 1, all);
    assert.match(all, /Stack destroy still has: .*Secret web-env.*namespace e2e-destroy/);
    assert.match(all, /did not finish \(\d+ deleted/);
    assert.match(all, /kept by the test[\s\S]*To continue: npx flotilla destroy --stack destroy/);
    assert.ok(await exists("pvc", "data-mysql-0", "-n", namespace));
    const again = await destroy("--confirm", stack.name);
    assert.equal(again.exitCode, 0, again.all);
    assert.equal(await exists("namespace", namespace), false);
  });

  long(
    "stops when it is interrupted, and drops from the state what was in a namespace that was then deleted by hand",
    async () => {
      await stack.up();
      const child = destroy("--confirm", stack.name);
      child.stderr?.on("data", (text: Buffer) => {
        // execa's own kill would send SIGKILL after five seconds.
        if (/web: removing/.test(String(text))) process.kill(child.pid as number, "SIGTERM");
      });
      const stopped = await child;
      assert.equal(stopped.exitCode, 130, stopped.all);
      assert.match(stopped.all ?? "", /Stack destroy still has: .*namespace e2e-destroy/);
      assert.ok(await exists("namespace", namespace));
      await run("kubectl", ["delete", "namespace", namespace, "--wait"]);
      const { exitCode, all = "" } = await destroy("--confirm", stack.name);
      assert.equal(exitCode, 0, all);
      assert.match(all, /so only removed from the state:\s+- namespace e2e-destroy, everything in it/);
      assert.match(all, /destroy is destroyed/);
    },
  );
});
