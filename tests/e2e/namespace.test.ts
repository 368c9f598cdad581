/** An existing namespace: refused with what to do, shared with others, taken over, and never deleted. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { flotilla, writeInventory } from "./inventory";
import { long } from "./long";
import { exists, get, projectStack, run, type Stack, secretOf, writeChart } from "./world";

const INVENTORY = `
  services: { web: { ...service(["cache"]), startupSeconds: 1 } },
  stores: { cache: { ...store("redis"), accounts: {} } },`;

interface Live {
  metadata: { uid: string; labels?: Record<string, string>; annotations?: Record<string, string> };
}

describe("an existing namespace", function () {
  this.timeout(240_000);
  const namespace = "e2e-team";
  let stack: Stack;
  let uid: string;

  const live = () => get<Live>("namespace", namespace);
  const ends = async (code: number, command: string, ...args: string[]) => {
    const { exitCode, all = "" } = await flotilla(stack, command, "--stack", stack.name, ...args);
    assert.equal(exitCode, code, all);
    return all;
  };
  /** Asserts that the objects of others are unchanged. */
  const isAsItWas = async () => {
    assert.equal((await live()).metadata.uid, uid);
    assert.ok(await exists("configmap", "theirs", "-n", namespace));
  };
  const create = (value: string) => stack.config("flotilla:namespace.create", value);

  before(async () => {
    stack = await projectStack("team", {
      application: "shop",
      environment: "dev",
      distribution: "upstream",
      cluster: { context: "kwok-flotilla" },
      namespace: { name: namespace },
    });
    writeInventory(stack.folder, INVENTORY);
    await run("kubectl", ["create", "namespace", namespace]);
    await run("kubectl", ["create", "configmap", "theirs", "-n", namespace]);
    await run("kubectl", ["create", "deployment", "theirs", "--image", "example.com/x:1", "-n", namespace]);
    uid = (await live()).metadata.uid;
  });
  after(async () => {
    await run("kubectl", ["delete", "namespace", namespace, "--ignore-not-found", "--wait=false"]);
    stack?.remove();
  });

  it("is refused by every command, with what to do", async () => {
    const ways = (text: string) => {
      assert.match(text, /the namespace already exists, but is not in the stack's state/);
      assert.match(text, /npx flotilla adopt --stack team/);
      assert.match(text, /flotilla:namespace: \{ name: e2e-team, create: false \}/);
    };
    const up = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    assert.notEqual(up.exitCode, 0);
    ways(up.all ?? "");
    ways(await ends(1, "up", "--yes"));
    ways(await ends(2, "doctor"));
    ways(await ends(2, "explain"));
    ways(await ends(0, "status"));
    const { exitCode, all = "" } = await flotilla(stack, "diff", "--stack", stack.name);
    assert.notEqual(exitCode, 0);
    ways(all);
    assert.match(all, /~ Namespace e2e-team/);
    assert.doesNotMatch(all, /\+ Namespace/);
    await isAsItWas();
    assert.deepEqual((await live()).metadata.annotations ?? {}, {});
  });

  it("is used if others own it, and nothing in it that is not the stack's is changed", async () => {
    await create("false");
    assert.match(await ends(0, "doctor"), /e2e-team exists and is owned by others[\s\S]*pod security +ok/);
    const before = (await live()).metadata;
    writeChart(stack.folder);
    await run("helm", ["install", "web", join(stack.folder, "chart"), "-n", namespace]);
    assert.match(
      await ends(1, "up", "--yes"),
      /release web: helm has already installed the release \(deployed\)/,
    );
    assert.equal(await exists("statefulset", "cache", "-n", namespace), false, "nothing was begun");
    await run("helm", ["uninstall", "web", "-n", namespace, "--wait"]);
    await ends(0, "up", "--yes");
    assert.deepEqual((await live()).metadata.labels, before.labels);
    assert.equal((await live()).metadata.annotations?.["flotilla.dev/stack-id"], undefined);
    for (const kind of ["resourcequota", "limitrange"])
      assert.equal(await exists(kind, "-n", namespace), false);
    const policy = await get<{ spec: { podSelector: object } }>(
      "networkpolicy",
      "shop-dev-default-deny",
      "-n",
      namespace,
    );
    assert.deepEqual(policy.spec.podSelector, {
      matchExpressions: [{ key: "app.kubernetes.io/instance", operator: "In", values: ["cache", "web"] }],
    });
    assert.match(await ends(0, "diff"), /Nothing changes/);
    await ends(0, "drift");
    await ends(0, "status");
  });

  it("is kept with the objects of others when the stack is destroyed", async () => {
    const all = await ends(0, "destroy", "--confirm", "team");
    assert.match(all, /What stays:[\s\S]*namespace e2e-team and what others have in it/);
    await isAsItWas();
    assert.equal(await exists("deployment", "web", "-n", namespace), false);
    // The data of stores is kept, and an update does not use it unasked.
    assert.ok(await exists("pvc", "data-cache-0", "-n", namespace));
    assert.match(await ends(1, "up", "--yes"), /Secret cache-auth of an earlier cache still exists/);
  });

  it("is taken over by adopt, which shows what it changes, and an update then continues", async () => {
    await create("true");
    const { "redis-password": password } = await secretOf("cache-auth", namespace);
    const all = await ends(0, "adopt", "--yes");
    assert.match(all, /~ Namespace e2e-team[\s\S]*flotilla.dev\/adopted/);
    assert.match(all, /NOT PART OF THE STACK: Deployment theirs\./);
    const { labels = {}, annotations = {} } = (await live()).metadata;
    assert.equal(labels["pod-security.kubernetes.io/enforce"], "restricted");
    assert.equal(annotations["flotilla.dev/adopted"], "true");
    assert.match(await ends(0, "diff"), /Nothing changes/);
    assert.deepEqual(await stack.preview(), []);
    await ends(0, "up", "--yes");
    await isAsItWas();
    assert.equal((await secretOf("cache-auth", namespace))["redis-password"], password);
    assert.match(await ends(0, "adopt"), /Nothing to adopt/);
  });

  it("is not deleted by destroy after it was taken over, and is available again", async () => {
    const all = await ends(0, "destroy", "--confirm", "team");
    assert.match(all, /namespace e2e-team and what others have in it/);
    await isAsItWas();
    const { annotations = {} } = (await live()).metadata;
    assert.deepEqual(
      Object.keys(annotations).filter((key) => key.startsWith("flotilla.dev/")),
      [],
    );
    await run("kubectl", ["delete", "namespace", namespace, "--wait"]);
  });

  long("is refused if it does not exist and others are to own it", async () => {
    await create("false");
    const up = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    assert.match(up.all ?? "", /the namespace does not exist[\s\S]*kubectl create namespace e2e-team/);
    assert.match(await ends(2, "doctor"), /kubectl create namespace e2e-team/);
  });

  long(
    "is left to others when create becomes false for one that the stack created, also by plain pulumi",
    async () => {
      await create("true");
      await stack.up();
      await run("kubectl", ["create", "configmap", "theirs", "-n", namespace]);
      uid = (await live()).metadata.uid;
      await create("false");
      const diff = await ends(2, "diff");
      assert.match(diff, /- ResourceQuota flotilla/);
      assert.doesNotMatch(diff, /Namespace e2e-team/);
      await stack.up();
      await isAsItWas();
      assert.equal(await exists("resourcequota", "-n", namespace), false);
      assert.match(await ends(0, "diff"), /Nothing changes/);
      // Changes by its owner do not concern the stack.
      await run("kubectl", [
        "label",
        "namespace",
        namespace,
        "app.kubernetes.io/part-of=theirs",
        "--overwrite",
      ]);
      await ends(0, "drift");
      assert.deepEqual(await stack.preview(), []);
      await create("true");
      const back = (await stack.preview()).filter(({ urn }) => /core\/v1:Namespace::/.test(urn));
      assert.deepEqual(
        back.map(({ op }) => op),
        [],
        "it can be the stack's again, and nothing replaces or deletes it",
      );
      await create("false");
      await stack.pulumi(["state", "unprotect", "--all", "--yes"]);
      await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
      await isAsItWas();
    },
  );
});
