/** `flotilla demo --context`: a demo on a cluster that the user has; here it is another sandbox. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { copyOfProject, writeStackFile } from "../copy";
import { writeInventory } from "./inventory";
import { exists, get, run, Stack, testWorld, until } from "./world";

const INVENTORY = `
  services: { web: { ...service(["cache"]), startupSeconds: 1 } },
  stores: { cache: { ...store("redis"), accounts: {} } },`;

interface Objects {
  items: { kind: string; metadata: { name: string; namespace?: string; uid: string } }[];
}

describe("flotilla demo --context", function () {
  this.timeout(240_000);
  const namespace = "e2e-context";
  // As EKS names them.
  const context = "arn:aws:eks:eu-west-1:1:cluster/mine";
  let stack: Stack;
  let kubeconfig: string;

  /** Runs a command as in the user's own shell, which knows nothing of a sandbox. */
  const flotilla = (...args: string[]) =>
    run(join(stack.folder, "cli/bin.js"), args, {
      cwd: stack.folder,
      reject: false,
      stdin: "ignore",
      env: { KUBECONFIG: kubeconfig, PULUMI_BACKEND_URL: "", PULUMI_CONFIG_PASSPHRASE_FILE: "" },
    });
  const demo = (...args: string[]) => flotilla("demo", "--application", "shop", ...args);
  const contexts = () => join(stack.folder, ".flotilla", "contexts");

  /** Returns the objects outside the demo's namespace that do not change by themselves. */
  const others = async (): Promise<string[]> => {
    const kinds =
      "namespaces,secrets,configmaps,serviceaccounts,deployments,statefulsets,services,roles,clusterroles,ingressclasses";
    const { items } = await get<Objects>(kinds, "--all-namespaces");
    return items
      .filter(({ metadata }) => metadata.namespace !== namespace && metadata.name !== namespace)
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name} ${metadata.uid}`)
      .sort();
  };

  before(() => {
    const folder = copyOfProject("flotilla-e2e-");
    stack = new Stack(folder, "shop-local");
    writeInventory(folder, INVENTORY);
    writeStackFile(folder, "shop-local", {
      ...{ application: "shop", environment: "local", distribution: "upstream", namespace },
    });
    const { clusters, users } = parse(readFileSync(testWorld.kubeconfig, "utf8"));
    const [{ name: cluster }, { name: user }] = [clusters[0], users[0]];
    kubeconfig = join(folder, "kubeconfig");
    writeFileSync(
      kubeconfig,
      stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [
          ...clusters,
          { name: "closed", cluster: { server: "https://127.0.0.1:1", "insecure-skip-tls-verify": true } },
        ],
        users: [
          ...users,
          { name: "guest", user: { ...users[0].user, as: "guest" } },
          { name: "stranger", user: { token: "wrong" } },
        ],
        contexts: [
          { name: "closed", context: { cluster: "closed", user } },
          { name: context, context: { cluster, user } },
          { name: "guest", context: { cluster, user: "guest" } },
          { name: "stranger", context: { cluster, user: "stranger" } },
        ],
        // Never used: the option decides.
        "current-context": "closed",
      }),
      { mode: 0o600 },
    );
  });
  after(async () => {
    await run("kubectl", ["delete", "namespace", namespace, "--ignore-not-found"]);
    stack.remove();
  });

  it("refuses a context that does not exist, and lists those that do", async () => {
    const { exitCode, all = "" } = await demo("--context", "mine");
    assert.equal(exitCode, 3, all);
    assert.match(
      all,
      /no context mine in .*kubeconfig\n +Use one of these: closed, arn:\S+mine, guest, stranger\./,
    );
    assert.equal(existsSync(contexts()), false);
  });

  it("says why a cluster does not answer, and which permissions are missing", async () => {
    for (const [name, expected] of [
      [
        "closed",
        /cluster of context "closed" at https:\/\/127\.0\.0\.1:1 cannot be reached: connection refused/,
      ],
      ["stranger", /cluster of context stranger at https:\S+ does not answer: .*(Unauthorized|logged in)/],
      [
        "guest",
        /number of nodes unknown \(no permission[\s\S]*Nothing was changed:\n +permissions: you are not allowed to get, create/,
      ],
    ] as const) {
      const { exitCode, all = "" } = await demo("--context", name, "--yes");
      assert.equal(exitCode, 1, all);
      assert.match(all, expected);
    }
    assert.equal(await exists("namespace", namespace), false);
  });

  it("refuses a namespace that is not the stack's own, and a cluster without a default StorageClass", async () => {
    await run("kubectl", ["create", "namespace", namespace]);
    const isDefault = (suffix: string) =>
      run("kubectl", [
        ...["annotate", "--overwrite", "storageclass", "standard"],
        `storageclass.kubernetes.io/is-default-class${suffix}`,
      ]);
    await isDefault("=false");
    const { exitCode, all = "" } = await demo("--context", context, "--yes");
    assert.equal(exitCode, 1, all);
    assert.match(
      all,
      /Nothing was changed:\n +namespace: namespace e2e-context: the namespace already exists/,
    );
    assert.match(
      all,
      /For commands on this stack, first: eval "\$\(npx flotilla sandbox env --context arn:\S+mine\)"/,
    );
    assert.match(
      all,
      /\n +storage: the cluster has no default StorageClass; it has: standard\n +Set flotilla:storageClass/,
    );
    await isDefault("=true");
    await run("kubectl", ["delete", "namespace", namespace, "--wait"]);
  });

  it("shows the cluster and asks; without a terminal it changes nothing", async () => {
    const { exitCode, all = "" } = await demo("--context", context);
    assert.equal(exitCode, 3, all);
    assert.match(
      all,
      /deploying stack shop-local to context arn:\S+mine, server https:\/\/127\.0\.0\.1:\d+, 6 nodes \(simulated\)/,
    );
    assert.match(all, /cannot ask without a terminal: Deploy stack shop-local to context arn:\S+mine\?/);
    assert.equal(await exists("namespace", namespace), false);
  });

  it("creates no IngressClass in the cluster, whatever the stack names", async () => {
    const settings = { application: "shop", environment: "local", distribution: "upstream", namespace };
    writeStackFile(stack.folder, "shop-local", {
      ...settings,
      ingress: { className: "mine", host: "shop.example.com" },
    });
    const { exitCode, all = "" } = await demo("--context", context);
    writeStackFile(stack.folder, "shop-local", settings);
    assert.equal(exitCode, 1, all);
    assert.match(all, /the cluster has no IngressClass mine/);
    assert.equal(await exists("ingressclass", "mine"), false);
  });

  it("deploys into the stack's namespace and touches nothing else; a second run updates", async () => {
    const before = await others();
    const { exitCode, all = "" } = await demo("--context", context, "--yes");
    assert.equal(exitCode, 0, all);
    assert.match(all, /web +service/);
    assert.match(
      all,
      /eval "\$\(npx flotilla sandbox env --context arn:\S+mine\)"[\s\S]*make demo-down CONTEXT=arn:\S+mine/,
    );
    assert.ok(await exists("deployment", "web", "-n", namespace));
    assert.deepEqual(await others(), before);
    // Nothing of the sandbox itself was started.
    assert.deepEqual(readdirSync(join(stack.folder, ".flotilla")), ["contexts", "passphrase"]);
    writeStackFile(stack.folder, "shop-local", {
      ...{ application: "shop", environment: "local", distribution: "upstream", namespace },
      services: { web: { tag: "2.0.0" } },
    });
    const again = await demo("--context", context, "--yes");
    assert.equal(again.exitCode, 0, again.all);
    const { spec } = await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
      ...["deployment", "web", "-n", namespace],
    );
    assert.match(spec.template.spec.containers[0]?.image ?? "", /:2\.0\.0$/);
  });

  it("points a shell to the demo, for all other commands", async () => {
    const { stdout } = await flotilla("sandbox", "env", "--context", context);
    const script = `${stdout}\nflotilla status --stack shop-local && kubectl config current-context`;
    const { all = "" } = await run("sh", ["-c", script], {
      cwd: stack.folder,
      env: { KUBECONFIG: kubeconfig },
    });
    assert.match(all, /web +service/);
    assert.ok(all.endsWith(context), all);
  });

  it("deletes what it has deployed, with its state, after a list and a question", async () => {
    const before = await others();
    const asked = await flotilla("sandbox", "delete", "--context", context);
    assert.equal(asked.exitCode, 3, asked.all);
    assert.match(
      asked.all ?? "",
      /data-cache-0 +1Gi +cache +pvc-\S+ +Delete +data deleted[\s\S]*cannot ask without/,
    );
    assert.ok(await exists("deployment", "web", "-n", namespace));
    const { exitCode, all = "" } = await flotilla("sandbox", "delete", "--context", context, "--yes");
    assert.equal(exitCode, 0, all);
    await until("the namespace is gone", async () => !(await exists("namespace", namespace)));
    assert.deepEqual(await others(), before);
    assert.equal(
      readdirSync(contexts()).some((name) => name.includes("mine")),
      false,
    );
    const again = await flotilla("sandbox", "delete", "--context", context, "--yes");
    assert.equal(again.exitCode, 0, again.all);
    assert.match(again.all ?? "", /has deployed nothing to context arn/);
  });
});
