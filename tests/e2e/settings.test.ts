/** Layers, rules and `flotilla doctor`, through the engine and with a real API server. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { PROJECT } from "../../cli/tools/paths";
import { documentedJson } from "../json-shape";
import { long } from "./long";
import { exists, projectStack, read, run, type Stack, testWorld } from "./world";

const namespace = "e2e-layers";
const RELEASE = "kubernetes:helm.sh/v3:Release";

interface Diagnosis {
  check: string;
  status: string;
  found: string;
  todo?: string;
}

describe("settings in layers", () => {
  let stack: Stack;
  const layer = (name: string, settings: Record<string, unknown>) => {
    const config = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [`flotilla:${key}`, value]),
    );
    writeFileSync(join(stack.folder, "config", "layers", `${name}.yaml`), stringify({ config }));
  };
  const refusal = async () => {
    const { exitCode, all = "" } = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.equal(await exists("namespace", namespace), false, "nothing is deployed");
    return all;
  };
  const set = (path: string, value: string) => stack.config(`flotilla:${path}`, value);
  const unset = (path: string) =>
    run("pulumi", ["config", "rm", "--path", `flotilla:${path}`, "--stack", stack.name], {
      cwd: stack.folder,
    });

  before(async () => {
    stack = await projectStack("layered", {
      layers: ["local", "wide"],
      application: "order-service",
      namespace,
      services: { "order-service": { autoscaling: null } },
    });
    layer("wide", {
      replicas: 2,
      services: { "order-service": { autoscaling: { minReplicas: 2, maxReplicas: 4 }, tag: "1.0.1" } },
    });
  });
  after(() => stack?.remove());

  const valuesOf = async (release: string) => {
    const steps = await stack.preview();
    const step = steps.find(
      ({ urn, newState }) => newState?.type === RELEASE && urn.endsWith(`::${release}`),
    );
    assert.ok(step?.newState, `${release} is not in the preview`);
    return (step.newState.inputs as { values: { replicas: number; image: { tag: string } } }).values;
  };

  it("take precedence over the project's defaults, but not over the stack file, null included", async () => {
    const values = await valuesOf("order-service");
    assert.equal(values.replicas, 2, "the default is 1");
    assert.equal(values.image.tag, "1.0.1");
    await set("replicas", "1");
    assert.equal(
      (await valuesOf("order-service")).replicas,
      1,
      "also where it is the project's default again",
    );
    const file = join(stack.folder, "Pulumi.layered.yaml");
    writeFileSync(file, read(file).replace(/flotilla:replicas: .*/, "flotilla:replicas: null"));
    assert.equal((await valuesOf("order-service")).replicas, 1, "null removes the layer's value");
  });

  it("are refused with file and line of the layer", async () => {
    layer("wide", { replicas: 2, services: { "order-servce": { tag: "1.0.1" } } });
    await set("replicas", "many");
    const all = await refusal();
    assert.match(all, /2 problems, nothing was deployed/);
    assert.match(all, /Pulumi\.layered\.yaml:\d+ flotilla:replicas: must be of type number, not "many"/);
    assert.match(
      all,
      /config\/layers\/wide\.yaml:4 flotilla:services\.order-servce: order-service has no service/,
    );
    assert.match(all, /Did you mean "order-service"\?/);
    layer("wide", { replicas: 2 });
    await unset("replicas");
  });

  it("must pass the rules before anything is deployed", async () => {
    layer("wide", { replicas: 2, services: { "order-service": { env: { API_TOKEN: "9f8e7d6c5b4a" } } } });
    const all = await refusal();
    assert.match(
      all,
      /config\/layers\/wide\.yaml:6 flotilla:services\.order-service\.env\.API_TOKEN: .*looks like a token \(rule plain-secret\)/,
    );
    assert.doesNotMatch(all, /9f8e7d6c5b4a/);
    layer("wide", { replicas: 2 });
  });

  it("apply after the program's transform, which every command uses", async () => {
    stack.edit(
      "index.ts",
      "{ project: __dirname }",
      `{
  project: __dirname,
  transform: ({ services }) => {
    for (const { values } of Object.values(services)) values.podAnnotations = { from: "transform", by: "transform" };
  },
}`,
    );
    await set("services.order-service.values.podAnnotations.by", "settings");
    const { podAnnotations } = (await valuesOf("order-service")) as { podAnnotations?: object };
    assert.deepEqual(podAnnotations, { from: "transform", by: "settings" });
    const rendered = join(stack.folder, "rendered");
    await run("./cli/bin.js", ["render", "--stack", stack.name, "--out", rendered], { cwd: stack.folder });
    assert.match(read(rendered, "order-service.yaml"), /by: "?settings"?\n\s+from: "?transform"?\n/);
    await set("services.order-service.values.fullnameOverride", "orders");
    assert.match(await refusal(), /values\.fullnameOverride: changes fullnameOverride/);
    await unset("services.order-service.values");
    stack.edit("index.ts", 'by: "transform"', "by: undefined");
    const { exitCode, all = "" } = await run("./cli/bin.js", ["check", "--stack", stack.name], {
      cwd: stack.folder,
      reject: false,
    });
    assert.equal(exitCode, 2);
    assert.match(all, /the transform of index\.ts: services\.order-service\.values\.podAnnotations\.by/);
    writeFileSync(join(stack.folder, "index.ts"), read(PROJECT, "index.ts"));
  });

  it("are those of the selected stack by default", async () => {
    await run("pulumi", ["stack", "select", stack.name], { cwd: stack.folder });
    const { stdout } = await run("./cli/bin.js", ["config", "--json"], { cwd: stack.folder, all: false });
    assert.equal(documentedJson<{ stack: string }>("config", stdout).stack, stack.name);
  });

  long("must not use another stack's namespace", async () => {
    writeFileSync(
      join(stack.folder, "Pulumi.other.yaml"),
      stringify({
        config: { "flotilla:namespace": namespace, "flotilla:cluster": { context: "kwok-flotilla" } },
      }),
    );
    await set("cluster.context", "kwok-flotilla");
    assert.match(
      await refusal(),
      /namespace e2e-layers on context kwok-flotilla is also used by stack other /,
    );
    await unset("cluster");
  });

  describe("and flotilla doctor", () => {
    const doctor = async (environment: NodeJS.ProcessEnv = {}) => {
      const { stdout, stderr, exitCode } = await run(
        "./cli/bin.js",
        ["doctor", "--stack", stack.name, "--json"],
        {
          cwd: stack.folder,
          reject: false,
          all: false,
          env: environment,
        },
      );
      assert.ok(stdout.startsWith("{"), stderr);
      return { exitCode, diagnoses: documentedJson<{ checks: Diagnosis[] }>("doctor", stdout).checks };
    };
    const failed = (diagnoses: readonly Diagnosis[]) => diagnoses.filter(({ status }) => status === "failed");

    it("reports nothing for a stack that can be deployed", async () => {
      const { exitCode, diagnoses } = await doctor();
      assert.deepEqual(failed(diagnoses), []);
      assert.equal(exitCode, 0);
      for (const check of ["node", "pulumi", "backend", "cluster", "kinds", "permissions", "storage"])
        assert.equal(diagnoses.find((diagnosis) => diagnosis.check === check)?.status, "ok", check);
      assert.equal(await exists("namespace", namespace), false, "it changes nothing");
    });

    long("reports missing permissions", async () => {
      await run("kubectl", ["create", "serviceaccount", "nobody", "-n", "default"]);
      const { stdout: token } = await run("kubectl", ["create", "token", "nobody", "-n", "default"]);
      const kubeconfig = join(stack.folder, "nobody.yaml");
      writeFileSync(
        kubeconfig,
        read(testWorld.kubeconfig).replace(
          /(\n {4}client-(certificate|key)(-data)?: .*)+/,
          `\n    token: ${token}`,
        ),
      );
      const { exitCode, diagnoses } = await doctor({ KUBECONFIG: kubeconfig });
      assert.equal(exitCode, 2);
      const denied = diagnoses.filter(({ check, status }) => check === "permissions" && status === "failed");
      const deployments = denied.find(({ found }) => found.endsWith(" deployments.apps"));
      assert.match(
        deployments?.found ?? "",
        /you are not allowed to get, create, patch, delete deployments\.apps/,
      );
      assert.match(deployments?.todo ?? "", /Role/);
      assert.ok(denied.some(({ found }) => found.endsWith(" namespaces")));
      // What it may not even look at is not called missing.
      assert.equal(diagnoses.find(({ check }) => check === "storage")?.status, "skipped");
    });

    long("compares nothing with a state that it cannot read", async () => {
      const { exitCode, diagnoses } = await doctor({ PULUMI_BACKEND_URL: "file:///nowhere" });
      assert.equal(exitCode, 2);
      assert.deepEqual(
        failed(diagnoses).map(({ check }) => check),
        ["backend"],
      );
      for (const name of ["identity", "namespace", "volumes"])
        assert.equal(diagnoses.find(({ check }) => check === name)?.status, "skipped", name);
    });

    it("reports what the cluster lacks: kinds, classes", async () => {
      await set("externalSecrets.store.name", "vault");
      await set("externalSecrets.path", "layers");
      await set("registries.mirror.server", "m.example.com");
      await set("registries.mirror.username", "shop");
      await set("storageClass", "fast");
      const { exitCode, diagnoses } = await doctor();
      assert.equal(exitCode, 2);
      const [kind, storage, ...more] = failed(diagnoses);
      assert.match(kind?.found ?? "", /does not serve ExternalSecret \(external-secrets\.io\/v1\)/);
      assert.match(kind?.todo ?? "", /External Secrets Operator/);
      assert.match(storage?.found ?? "", /no StorageClass fast; it has: standard/);
      assert.deepEqual(more, []);
      await unset("externalSecrets");
      await unset("registries");
      await unset("storageClass");
    });

    it("says how to reach an unreachable cluster", async () => {
      const { exitCode, diagnoses } = await doctor({ KUBECONFIG: join(stack.folder, "none.yaml") });
      assert.equal(exitCode, 2);
      const [cluster, ...more] = failed(diagnoses);
      assert.equal(cluster?.check, "cluster");
      assert.match(cluster?.found ?? "", /there is no kubeconfig/);
      assert.deepEqual(more, []);
    });
  });
});
