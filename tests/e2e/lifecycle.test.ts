/** The main use case with real input: Robot Shop is deployed, changed and destroyed by the engine. */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../../apps";
import { PROJECT } from "../../cli/tools/paths";
import { unwritten } from "../../src/config/file";
import { readSettings } from "../../src/config/settings";
import { plan } from "../../src/plan";
import { readCharts } from "../../src/plan/chart";
import { createContext } from "../../src/plan/context";
import type { PlanOutputs } from "../../src/plan/plan";
import { flotilla } from "./inventory";
import { exists, get, projectStack, run, type Stack, testWorld, until } from "./world";

const namespace = "e2e-lifecycle";
const config = { environment: "local", distribution: "upstream", namespace };

interface Outputs extends PlanOutputs {
  application: string;
  environment: string;
  namespace: string;
  provenance: { version: string; commit: string; program: string };
}

interface Listed<T> {
  items: (T & { metadata: { name: string; uid: string; namespace: string } })[];
}

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** Returns Helm's revision of each release. */
async function revisions(): Promise<Record<string, number>> {
  const { stdout } = await run("helm", ["list", "-n", namespace, "-o", "json"]);
  const releases = JSON.parse(stdout) as { name: string; revision: string; status: string }[];
  for (const { name, status } of releases) assert.equal(status, "deployed", name);
  return Object.fromEntries(releases.map(({ name, revision }) => [name, Number(revision)]));
}

/** Returns the cluster-scoped objects. */
async function clusterScoped(): Promise<string[]> {
  const kinds =
    "namespaces,persistentvolumes,clusterroles,clusterrolebindings,storageclasses,customresourcedefinitions";
  const { stdout } = await run("kubectl", ["get", kinds, "-o", "name"]);
  return stdout.split("\n").sort();
}

describe("Robot Shop on the sandbox cluster", () => {
  let stack: Stack;
  let untouched: string[];
  let logs = "";
  const services = Object.keys(catalogue["robot-shop"]?.services ?? {});
  const stores = Object.keys(catalogue["robot-shop"]?.stores ?? {});
  const jobs = ["mongodb-accounts", "mongodb-load-catalogue", "mongodb-load-users"].concat([
    "mysql-accounts",
    "mysql-load-cities",
    "mysql-load-ratings",
  ]);

  it("is previewed completely before anything exists", async () => {
    untouched = await clusterScoped();
    stack = await projectStack("lifecycle", config);
    const steps = await stack.preview();
    assert.ok(steps.every(({ op }) => op === "create"));
    const releases = steps.filter(({ newState }) => newState?.type === RELEASE);
    assert.deepEqual(
      releases.map(({ urn }) => urn.split("::").at(-1)).sort(),
      [...services, ...stores, ...jobs].sort(),
    );
    assert.equal(await exists("namespace", namespace), false);
  });

  it("is deployed: every release, every pod, every volume", async () => {
    const { all } = await stack.up();
    logs += all;
    assert.deepEqual(Object.keys(await revisions()).sort(), [...services, ...stores, ...jobs].sort());
    const { items: workloads } = await get<
      Listed<{ status: { readyReplicas?: number }; spec: { replicas: number } }>
    >("deployments,statefulsets", "-n", namespace);
    assert.equal(workloads.length, services.length + stores.length);
    for (const { metadata, status, spec } of workloads)
      assert.equal(status.readyReplicas, spec.replicas, metadata.name);
    const { items: claims } = await get<Listed<{ status: { phase: string } }>>("pvc", "-n", namespace);
    assert.equal(claims.length, stores.length);
    assert.ok(claims.every(({ status }) => status.phase === "Bound"));
  });

  it("fills the stores before their users start", async () => {
    const { items } = await get<Listed<{ status: { succeeded?: number; completionTime: string } }>>(
      "jobs",
      "-n",
      namespace,
    );
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name.replace(/-[0-9a-f]{8}$/, "")).sort(),
      [...jobs].sort(),
    );
    const { items: pods } = await get<
      Listed<{ metadata: { labels: Record<string, string> }; status: { startTime: string } }>
    >("pods", "-n", namespace);
    const started = (release: string) =>
      pods.find(({ metadata }) => metadata.labels["app.kubernetes.io/instance"] === release)?.status
        .startTime ?? "";
    for (const { metadata, status } of items) {
      assert.equal(status.succeeded, 1, metadata.name);
      const users = metadata.name.startsWith("mysql") ? ["shipping", "ratings"] : ["catalogue", "user"];
      for (const user of users)
        assert.ok(status.completionTime <= started(user), `${metadata.name} before ${user}`);
    }
  });

  it("has outputs that describe what it deployed", async () => {
    const outputs = await stack.outputs<Outputs>();
    assert.equal(outputs.application, "robot-shop");
    assert.equal(outputs.environment, "local");
    assert.equal(outputs.namespace, namespace);
    assert.deepEqual(outputs.services.ratings, {
      url: "http://ratings:80",
      image: "docker.io/robotshop/rs-ratings:2.1.0",
    });
    assert.deepEqual(outputs.stores.redis, { host: "redis-master", port: 6379, profile: "standalone" });
    assert.deepEqual(outputs.stores.mysql, {
      host: "mysql",
      port: 3306,
      profile: "standalone",
      secret: "mysql-auth",
    });
    assert.match(outputs.provenance.program, /^[0-9a-f]{12}$/);
    // Every address in them is known to the cluster.
    const { items } = await get<Listed<{ spec: { ports: { port: number }[] } }>>("services", "-n", namespace);
    const known = items.flatMap(({ metadata, spec }) =>
      spec.ports.map(({ port }) => `${metadata.name}:${port}`),
    );
    for (const { url } of Object.values(outputs.services))
      if (url) assert.ok(known.includes(url.replace("http://", "")));
    for (const { host, port } of Object.values(outputs.stores)) assert.ok(known.includes(`${host}:${port}`));
  });

  it("runs under Pod Security `restricted`", async () => {
    const { metadata } = await get<{ metadata: { labels: Record<string, string> } }>("namespace", namespace);
    assert.equal(metadata.labels["pod-security.kubernetes.io/enforce"], "restricted");
  });

  it("is not changed by a second update", async () => {
    assert.deepEqual(await stack.preview(), []);
    const { all } = await stack.up();
    logs += all;
    assert.deepEqual(Object.keys(await stack.lastUpdate()), ["same"]);
    assert.ok(Object.values(await revisions()).every((revision) => revision === 1));
  });

  it("reveals no password", async () => {
    const { items } = await get<Listed<{ type: string; data?: Record<string, string> }>>(
      "secrets",
      "-n",
      namespace,
    );
    const passwords = items
      .filter(({ type }) => type === "Opaque")
      .flatMap(({ data }) => Object.values(data ?? {}))
      .map((value) => Buffer.from(value, "base64").toString("utf8"))
      .flatMap((value) => [...value.split(","), ...(/\/\/[^:]+:([^@]+)@/.exec(value)?.slice(1) ?? [])])
      // Two passwords fixed by images are common words; `iloveit` represents the fixed ones.
      .filter((value) => !["secret", "guest"].includes(value));
    assert.ok(passwords.length >= 7, `${passwords.length} passwords`);
    assert.ok(passwords.includes("iloveit"));
    assert.ok(passwords.filter((password) => /^[A-Za-z0-9]{32}$/.test(password)).length >= 5);
    const settings = readSettings(
      {
        project: "flotilla",
        stack: "lifecycle",
        files: [unwritten("Pulumi.lifecycle.yaml", { application: "robot-shop", ...config })],
      },
      catalogue,
    );
    const values = await Promise.all(
      [...services, ...stores, ...jobs].map(
        async (name) => (await run("helm", ["get", "all", name, "-n", namespace])).stdout,
      ),
    );
    const stateFolder = join(testWorld.state, ".pulumi");
    const stateFiles = readdirSync(stateFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    assert.ok(stateFiles.length > 2);
    const places: Record<string, string> = {
      plan: JSON.stringify(
        plan(createContext(settings.application, settings.settings, { charts: readCharts(PROJECT) })),
      ),
      "helm values, manifests and notes": values.join("\n"),
      "state and history on disk": stateFiles.join("\n"),
      "pulumi stack export": await stack.export(),
      "outputs and logs of pulumi": logs,
      "pulumi preview --diff": (await stack.pulumi(["preview", "--diff"])).all ?? "",
    };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 100, place);
      for (const password of passwords)
        for (const form of [password, Buffer.from(password).toString("base64")])
          assert.ok(!text.includes(form), `${place} holds a password`);
    }
    // The same search finds them where they may be shown, so it works.
    const shown = await stack.export("--show-secrets");
    for (const password of passwords.filter((value) => value.length === 32))
      assert.ok(shown.includes(password));
  });

  it("has connection strings with the password of their store", async () => {
    const secret = async (name: string) =>
      (await get<{ data: Record<string, string> }>("secret", name, "-n", namespace)).data;
    const decode = (value: string | undefined) => Buffer.from(value ?? "", "base64").toString("utf8");
    const [auth, env] = await Promise.all([secret("mongodb-auth"), secret("user-env")]);
    const [, users] = decode(auth["mongodb-passwords"]).split(",");
    assert.equal(
      decode(env.MONGO_URL),
      `mongodb://users:${users}@mongodb:27017/users?useUnifiedTopology=true`,
    );
  });

  it("updates exactly one release when one tag changes", async () => {
    await stack.config("flotilla:services.cart.tag", "2.0.9");
    const steps = await stack.preview();
    const changed = steps.filter(({ newState }) => newState?.type === RELEASE);
    assert.deepEqual(
      changed.map(({ urn, op }) => `${op} ${urn.split("::").at(-1)}`),
      ["update cart"],
    );
    assert.deepEqual(Object.keys(changed[0]?.detailedDiff ?? {}), ["values.image.tag"]);
    logs += (await stack.up()).all;
    const after = await revisions();
    assert.deepEqual(
      Object.keys(after).filter((name) => after[name] !== 1),
      ["cart"],
    );
    const { spec } = await get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>(
      "deployment",
      "cart",
      "-n",
      namespace,
    );
    assert.equal(spec.template.spec.containers[0]?.image, "docker.io/robotshop/rs-cart:2.0.9");
  });

  it("deploys an edited template of the same chart version, and restarts no pod that did not change", async () => {
    const pods = async () =>
      (await get<Listed<object>>("pods", "-n", namespace, "--field-selector=status.phase=Running")).items
        .map(({ metadata }) => metadata.uid)
        .sort();
    // The last update's old pod stays until the new one has been ready for a while.
    await run("kubectl", ["rollout", "status", "deployment/cart", "-n", namespace, "--timeout=60s"]);
    await until("the old pod is gone", async () => (await pods()).length === 12);
    const podsBefore = await pods();
    const marker =
      "{{- /* edited */}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-edited\n";
    appendFileSync(join(stack.folder, "charts/microservice/templates/serviceaccount.yaml"), marker);
    const steps = (await stack.preview()).filter(({ newState }) => newState?.type === RELEASE);
    assert.deepEqual(steps.map(({ urn }) => urn.split("::").at(-1)).sort(), [...services, ...jobs].sort());
    for (const { detailedDiff } of steps) assert.deepEqual(Object.keys(detailedDiff ?? {}), ["description"]);
    const jobsBefore = (await get<Listed<object>>("jobs", "-n", namespace)).items.map(
      ({ metadata }) => metadata.uid,
    );
    await stack.up();
    const jobsAfter = (await get<Listed<object>>("jobs", "-n", namespace)).items.map(
      ({ metadata }) => metadata.uid,
    );
    assert.deepEqual(jobsAfter, jobsBefore, "no Job runs again");
    for (const name of services)
      assert.ok(await exists("configmap", `${name}-edited`, "-n", namespace), name);
    assert.deepEqual(await pods(), podsBefore);
    const { stdout } = await run("helm", ["history", "web", "-n", namespace, "-o", "json"]);
    const [newest] = (JSON.parse(stdout) as { description: string }[]).slice(-1);
    assert.match(newest?.description ?? "", /^microservice 0\.3\.0 sha256:[0-9a-f]{12} stack [0-9a-f]{12}$/);
  });

  it("then changes nothing, and keeps its passwords throughout", async () => {
    assert.deepEqual(await stack.preview(), []);
  });

  it("keeps few revisions in Helm, because Pulumi has the history", async () => {
    // The fourth: it was installed, its tag and its chart changed.
    await stack.config("flotilla:services.cart.tag", "2.0.1");
    await stack.up();
    const { items } = await get<Listed<object>>(
      "secrets",
      "-n",
      namespace,
      "--selector=owner=helm,name=cart",
    );
    assert.equal(items.length, 3);
    const { stdout } = await run("pulumi", ["stack", "history", "--json", "--stack", stack.name], {
      cwd: stack.folder,
    });
    assert.ok((JSON.parse(stdout) as unknown[]).length >= 5);
  });

  it("is destroyed without leftovers", async () => {
    const { exitCode, all = "" } = await flotilla(
      stack,
      ...["destroy", "--stack", "lifecycle", "--confirm", "lifecycle"],
    );
    assert.equal(exitCode, 0, all);
    assert.equal(await exists("namespace", namespace), false);
    // The volume controller deletes them after their claims.
    await until(
      "no volume is left",
      async () => JSON.stringify(await clusterScoped()) === JSON.stringify(untouched),
    );
  });

  after(() => stack?.remove());
});
