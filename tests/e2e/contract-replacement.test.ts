/** What a kubernetes provider replaces, refuses and waits for: the same cases for the official plugin and the stand-in. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { describeLong, long } from "./long";
import { announceProviders } from "./providers";
import {
  exists,
  get,
  type PreviewStep,
  programStack,
  read,
  run,
  type Stack,
  until,
  world,
  writeChart,
} from "./world";

const namespace = "e2e-replacement";

interface Kubeconfig {
  "current-context": string;
  clusters: { name: string; cluster: { server: string } }[];
  contexts: { name: string; context: { cluster: string } }[];
}

interface Resource {
  type: string;
  urn: string;
  outputs?: { metadata?: { uid?: string } };
}

/** Returns a program with a provider, and a namespace with a Secret in it unless they are omitted. */
const program = (provider: Record<string, unknown>, more = "", basis = true) => `
const k8s = require("@pulumi/kubernetes");
const cluster = new k8s.Provider("cluster", ${JSON.stringify(provider)});
const own = { provider: cluster };
const namespace = new k8s.core.v1.Namespace("ns", { metadata: { name: "${namespace}" } }, own);
const inside = { provider: cluster, dependsOn: [namespace] };
${basis ? secret("s", "kept") : ""}
${more}
`;

const secret = (name: string, value: string, more = "") =>
  `new k8s.core.v1.Secret("${name}", { metadata: { name: "${name}", namespace: "${namespace}" }, ${more}
    data: { key: "${Buffer.from(value).toString("base64")}" } }, inside);`;

const release = (name: string, color: string) =>
  `new k8s.helm.v3.Release("${name}", { name: "${name}", namespace: "${namespace}", chart: "./chart",
    values: { color: "${color}" }, timeout: 60 }, inside);`;

/** Returns the operations of a preview, without those on the provider itself. */
const onResources = (steps: readonly PreviewStep[]) =>
  steps.filter(({ urn }) => !urn.includes("pulumi:providers:")).map(({ op }) => op);
const onProvider = (steps: readonly PreviewStep[]) =>
  steps.filter(({ urn }) => urn.includes("pulumi:providers:")).map(({ op }) => op);

const assertUpdatesProvider = (steps: readonly PreviewStep[]) => {
  assert.deepEqual(onProvider(steps), ["update"]);
  assert.deepEqual(onResources(steps), []);
};
const assertReplacesAll = (steps: readonly PreviewStep[]) => {
  assert.ok(onProvider(steps).includes("create-replacement"), JSON.stringify(steps.map(({ op }) => op)));
  assert.equal(onResources(steps).filter((op) => op === "create-replacement").length, 2);
};
/** Whether the old resource is deleted before the new one is created. */
const deletesFirst = (steps: readonly PreviewStep[]) => {
  const order = onResources(steps);
  assert.ok(order.includes("create-replacement"), order.join());
  return order.indexOf("delete-replaced") < order.indexOf("create-replacement");
};

describeLong("a kubernetes provider", () => {
  let stack: Stack;
  const files = { byAddress: "", byName: "", dead: "" };
  const write = (provider: Record<string, unknown>, more?: string, basis?: boolean) =>
    writeFileSync(join(stack.folder, "index.js"), program(provider, more, basis));
  const preview = (provider: Record<string, unknown>, more?: string) => {
    write(provider, more);
    return stack.preview("--show-replacement-steps");
  };
  const refused = async (options: Record<string, unknown> = {}): Promise<string> => {
    const { exitCode, all } = await stack.pulumi(["up", "--yes", "--skip-preview"], {
      reject: false,
      ...options,
    });
    assert.notEqual(exitCode, 0);
    // The engine does not wrap lines, but indents those of a diagnostic.
    return all ?? "";
  };
  const resources = async (): Promise<Resource[]> =>
    (JSON.parse(await stack.export()) as { deployment: { resources: Resource[] } }).deployment.resources;
  const uidOf = async (...args: string[]) => (await get<{ metadata: { uid: string } }>(...args)).metadata.uid;

  before(async () => {
    await announceProviders();
    const kubeconfig = parse(read(world().world.kubeconfig)) as Kubeconfig;
    const [entry] = kubeconfig.clusters;
    assert.ok(entry);
    const { server } = entry.cluster;
    const byName = server.replace("127.0.0.1", "localhost");
    assert.notEqual(byName, server);
    const leadingTo = (to: string) => ({
      ...kubeconfig,
      clusters: [{ ...entry, cluster: { ...entry.cluster, server: to } }],
    });
    stack = await programStack("replacement", program({}));
    writeChart(stack.folder);
    const file = (name: string, content: unknown) => {
      writeFileSync(join(stack.folder, name), stringify(content));
      return join(stack.folder, name);
    };
    const [context] = kubeconfig.contexts;
    files.byAddress = file("by-address.yaml", {
      ...kubeconfig,
      clusters: [entry, { name: "by-name", cluster: { ...entry.cluster, server: byName } }],
      contexts: [context, { name: "by-name", context: { ...context?.context, cluster: "by-name" } }],
    });
    files.byName = file("by-name.yaml", leadingTo(byName));
    files.dead = file("dead.yaml", leadingTo("https://127.0.0.1:1"));
  });
  after(() => stack.remove());

  long("keeps the uids of objects in the state", async () => {
    write({ kubeconfig: files.byAddress });
    await stack.up();
    const uids = async () =>
      (await resources()).flatMap(({ type, outputs }) =>
        /Namespace|Secret/.test(type) ? [outputs?.metadata?.uid] : [],
      );
    const expected = [await uidOf("namespace", namespace), await uidOf("secret", "s", "-n", namespace)];
    assert.deepEqual(await uids(), expected);
    await stack.pulumi(["refresh", "--yes", "--skip-preview"]);
    assert.deepEqual(await uids(), expected);
    assert.deepEqual(await stack.preview(), []);
  });

  long(
    "treats another address, context or entry of a kubeconfig as another cluster, and replaces everything",
    async () => {
      assertReplacesAll(await preview({ kubeconfig: files.byName }));
      assertReplacesAll(await preview({ kubeconfig: files.byAddress, context: "by-name" }));
      assertReplacesAll(await preview({ kubeconfig: files.byAddress, cluster: "by-name" }));
      assertReplacesAll(await preview({ kubeconfig: files.byName, clusterIdentifier: "one" }));
    },
  );

  long(
    "replaces nothing for the same cluster in another form, for the ambient kubeconfig and for one without the cluster",
    async () => {
      assert.deepEqual(await preview({ kubeconfig: files.byAddress }), []);
      assertUpdatesProvider(await preview({ kubeconfig: read(files.byAddress) }));
      assertUpdatesProvider(await preview({ kubeconfig: "" }));
      assertUpdatesProvider(await preview({ kubeconfig: files.byAddress, context: "nowhere" }));
      assertUpdatesProvider(await preview({ kubeconfig: "/no/such/kubeconfig" }));
      assertUpdatesProvider(await preview({ kubeconfig: files.byAddress, enableSecretMutable: true }));
    },
  );

  long("follows the cluster's identifier instead if it is set", async () => {
    assertUpdatesProvider(await preview({ kubeconfig: files.byAddress, clusterIdentifier: "one" }));
    await stack.up();
    const uid = await uidOf("namespace", namespace);
    assertUpdatesProvider(await preview({ kubeconfig: files.byName, clusterIdentifier: "one" }));
    await stack.up();
    assert.equal(await uidOf("namespace", namespace), uid);
    assert.equal((await stack.lastUpdate()).update, 1);
    assertUpdatesProvider(await preview({ kubeconfig: "", clusterIdentifier: "one" }));
    assertUpdatesProvider(await preview({ kubeconfig: files.byName }));
    assertReplacesAll(await preview({ kubeconfig: files.byName, clusterIdentifier: "two" }));
  });

  const provider = () => ({ kubeconfig: files.byName, clusterIdentifier: "one" });
  const mutable = () => ({ ...provider(), enableSecretMutable: true });

  long("accepts an empty kubeconfig, which is the ambient one, and the content of one", async () => {
    for (const kubeconfig of ["", read(files.byName)]) {
      write({ kubeconfig, clusterIdentifier: "one" }, secret("ambient", `${kubeconfig.length}`));
      await stack.up();
      assert.equal(await exists("secret", "ambient", "-n", namespace), true);
    }
  });

  long(
    "changes the data of a Secret in place only if that is allowed, else it deletes the old one first",
    async () => {
      const fixed = secret("fixed", "one", "immutable: true,");
      write(mutable(), `${secret("other", "one")}${fixed}`);
      await stack.up();
      const inPlace = await preview(mutable(), `${secret("other", "two")}${fixed}`);
      assert.deepEqual(onResources(inPlace), ["update"]);
      assert.deepEqual(Object.keys(inPlace.find(({ op }) => op === "update")?.detailedDiff ?? {}), [
        "data.key",
      ]);
      assert.ok(deletesFirst(await preview(provider(), `${secret("other", "two")}${fixed}`)));
      assert.ok(
        deletesFirst(await preview(mutable(), `${secret("other", "one", 'type: "of/its-own",')}${fixed}`)),
      );
      const another = secret("fixed", "two", "immutable: true,");
      assert.ok(deletesFirst(await preview(mutable(), `${secret("other", "one")}${another}`)));
      const labelled = secret("other", "one").replace("metadata: {", "metadata: { labels: { a: 'b' },");
      assert.deepEqual(onResources(await preview(mutable(), `${labelled}${fixed}`)), ["update"]);
      write(mutable(), `${secret("other", "one")}${another}`);
      await stack.up();
      assert.deepEqual(await stack.preview(), []);
    },
  );

  long("creates a renamed object before it deletes the old one, and keeps generated names", async () => {
    const unnamed = (value: string) =>
      `new k8s.core.v1.ConfigMap("made", { metadata: { namespace: "${namespace}" }, data: { key: "${value}" } }, inside);`;
    const space = (name: string) =>
      `new k8s.core.v1.Namespace("more", { metadata: { name: "${name}" } }, own);`;
    write(mutable(), `${unnamed("one")}${space(`${namespace}-old`)}`);
    await stack.up();
    assert.deepEqual(await stack.preview(), []);
    assert.equal(
      deletesFirst(await preview(mutable(), `${unnamed("two")}${space(`${namespace}-old`)}`)),
      false,
    );
    const steps = await preview(mutable(), `${unnamed("one")}${space(`${namespace}-new`)}`);
    assert.equal(deletesFirst(steps), false);
    assert.ok(steps.some(({ detailedDiff }) => Object.keys(detailedDiff ?? {}).includes("metadata.name")));
    await stack.up();
    assert.equal(await exists("namespace", `${namespace}-old`), false);
    assert.equal(await exists("namespace", `${namespace}-new`), true);
    write(mutable());
    await stack.up();
  });

  long("completes the deletion of a namespace only when everything in it is gone", async () => {
    const name = `${namespace}-slow`;
    write(mutable(), `new k8s.core.v1.Namespace("slow", { metadata: { name: "${name}" } }, own);`);
    await stack.up();
    const stubborn = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "stubborn", namespace: name, finalizers: ["example.com/wait"] },
    };
    await run("kubectl", ["create", "-f", "-"], { input: JSON.stringify(stubborn) });
    write(mutable());
    let hasEnded = false;
    const update = stack.up().finally(() => {
      hasEnded = true;
    });
    await until("the namespace ends", async () => {
      const { status } = await get<{ status: { phase: string } }>("namespace", name);
      return status.phase === "Terminating";
    });
    await new Promise((resolve) => setTimeout(resolve, 2000));
    assert.equal(hasEnded, false);
    const patch = JSON.stringify({ metadata: { finalizers: null } });
    await run("kubectl", ["patch", "configmap", "stubborn", "-n", name, "--type=merge", "-p", patch]);
    await update;
    assert.equal(await exists("namespace", name), false);
  });

  long("waits for the namespace of an object for a while, and says so", async () => {
    const late = secret("late", "one").replaceAll(namespace, `${namespace}-late`);
    write(mutable(), late);
    const update = stack.up();
    let said = "";
    update.all?.on("data", (chunk) => {
      said += String(chunk);
    });
    try {
      await until("it says that it tries again", async () => /Retry #0; creation failed: /.test(said));
    } finally {
      await run("kubectl", ["create", "namespace", `${namespace}-late`]);
    }
    await update;
    assert.match(said, new RegExp(`Retry #0; creation failed: namespaces "${namespace}-late" not found`));
    assert.equal(await exists("secret", "late", "-n", `${namespace}-late`), true);
    write(mutable());
    await stack.up();
    await run("kubectl", ["delete", "namespace", `${namespace}-late`]);
  });

  long("refuses to create an existing object, and an invalid one", async () => {
    await run("kubectl", ["create", "namespace", `${namespace}-there`]);
    write(
      mutable(),
      `new k8s.core.v1.Namespace("there", { metadata: { name: "${namespace}-there" } }, own);`,
    );
    const words = await refused();
    assert.match(
      words,
      new RegExp(
        `resource "urn:[^"]*::there" was not successfully created by the Kubernetes API server: namespaces "${namespace}-there" already exists`,
      ),
    );
    assert.match(words, /upsertExistingObjects on the provider/);
    assert.ok(!(await stack.export()).includes(`${namespace}-there`));
    write(mutable(), secret("Not-Valid", "one"));
    assert.match(
      await refused(),
      /resource "urn:[^"]*" was not successfully created by the Kubernetes API server: Secret "Not-Valid" is invalid/,
    );
    write(mutable());
  });

  long(
    "drops a missing object from the state in a refresh, and fails to update one without a refresh",
    async () => {
      write(mutable(), secret("gone", "one"));
      await stack.up();
      await run("kubectl", ["delete", "secret", "gone", "-n", namespace]);
      write(mutable(), secret("gone", "two"));
      assert.match(await refused(), /update of resource "urn:[^"]*::gone" failed: secrets "gone" not found/);
      await stack.pulumi(["refresh", "--yes", "--skip-preview"]);
      assert.ok(!(await resources()).some(({ urn }) => urn.endsWith("::gone")));
      await stack.up();
      await run("kubectl", ["delete", "secret", "gone", "-n", namespace]);
      write(mutable());
      // An object to be deleted may be missing.
      await stack.up();
    },
  );

  long("fails to delete and to update a release that helm does not know, with helm's message", async () => {
    write(mutable(), release("lost", "red"));
    await stack.up();
    await run("helm", ["uninstall", "lost", "-n", namespace, "--wait"]);
    write(mutable(), release("lost", "blue"));
    assert.match(await refused(), /"lost" has no deployed releases/);
    write(mutable());
    assert.match(await refused(), /uninstall: Release not loaded: lost: release: not found/);
    await stack.pulumi(["refresh", "--yes", "--skip-preview"]);
    await stack.up();
    assert.deepEqual(await stack.preview(), []);
  });

  long("fails to install a release whose name is in use, and does not keep it in the state", async () => {
    await run("helm", ["install", "taken", join(stack.folder, "chart"), "-n", namespace, "--wait"]);
    write(mutable(), release("taken", "red"));
    assert.match(await refused(), /cannot re-use a name that is still in use/);
    assert.ok(!(await resources()).some(({ urn }) => urn.endsWith("::taken")));
    await run("helm", ["uninstall", "taken", "-n", namespace, "--wait"]);
    write(mutable());
  });

  long("creates a renamed release before it deletes the old one", async () => {
    write(mutable(), release("before", "red"));
    await stack.up();
    const renamed = release("before", "red").replace('name: "before"', 'name: "after"');
    assert.equal(deletesFirst(await preview(mutable(), renamed)), false);
    write(mutable());
    await stack.up();
  });

  long(
    "does nothing to a cluster that it cannot reach, and drops its objects, but not its releases, if told to",
    async () => {
      write(mutable(), `${secret("far", "one")}${release("far-away", "red")}`);
      await stack.up();
      const dead = { ...mutable(), kubeconfig: files.dead };
      write(dead, `${secret("far", "one")}${secret("new", "one")}${release("far-away", "red")}`);
      assert.match(await refused(), /configured Kubernetes cluster is unreachable: /);
      write(dead, release("far-away", "blue"));
      assert.match(await refused(), /can't update Helm Release with unreachable cluster: /);
      write(dead, release("far-away", "red"));
      assert.match(
        await refused(),
        /configured Kubernetes cluster is unreachable\. If the cluster was deleted, you can remove this resource .* PULUMI_K8S_DELETE_UNREACHABLE/,
      );
      write(dead);
      const words = await refused({ env: { PULUMI_K8S_DELETE_UNREACHABLE: "true" } });
      assert.match(words, /can't delete Helm Release with unreachable cluster\. Reason: /);
      const urns = (await resources()).map(({ urn }) => urn.split("::").at(-1));
      assert.ok(!urns.includes("far") && urns.includes("far-away"));
      assert.equal(await exists("secret", "far", "-n", namespace), true);
      await run("kubectl", ["delete", "secret", "far", "-n", namespace]);
      write(mutable());
      await stack.up();
    },
  );

  long(
    "cannot create the objects of another cluster while they exist in this one: state and cluster are unchanged",
    async () => {
      const uid = await uidOf("namespace", namespace);
      write({ ...mutable(), clusterIdentifier: "two" });
      assert.match(await refused(), new RegExp(`namespaces "${namespace}" already exists`));
      assert.equal(await uidOf("namespace", namespace), uid);
      assert.ok((await resources()).some(({ outputs }) => outputs?.metadata?.uid === uid));
    },
  );
});
