/** Everything the shared chart can render, sent to the real API server: types, unknown fields, Pod Security. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { kubeconform } from "../../cli/tools/checks/kubeconform";
import { schemaLocation, writeSchemas } from "../../cli/tools/checks/schemas";
import { PROJECT } from "../../cli/tools/paths";
import { ensureTools } from "../../cli/tools/toolchain/ensure";
import { externalSecret } from "../../src/plan/credentials/external-secrets";
import { CHART, EXAMPLES, releasesOf } from "../chart/examples";
import { FEATURES } from "../chart/features";
import { IMAGE } from "../chart/features/feature";
import {
  asText,
  type KubernetesObject,
  parseObjects,
  podsOf,
  type Rendering,
  renderText,
} from "../chart/render";
import { EVERYWHERE, LOCAL_CHARTS, planned } from "../environments";
import { customResources } from "./custom-resources";
import { apply, exists, get, run, testWorld, until } from "./world";

const NAMESPACE = "chart";

/** Number of parts of a dry run. */
const PARTS = 4;

/** Kinds that plain Kubernetes does not have. */
const CUSTOM = /^(gateway\.networking\.k8s\.io|monitoring\.coreos\.com|external-secrets\.io|keda\.sh)\//;

/** Each feature, each example, and each release of every application in every environment. */
const RENDERINGS: Rendering[] = [
  ...Object.values(FEATURES)
    .flat()
    .map(({ values }, index) => ({
      chart: CHART,
      values: { image: IMAGE, ...values },
      name: `feature-${index}`,
    })),
  ...Object.entries(EXAMPLES).map(([name, values]) => ({ chart: CHART, values, name })),
  ...EVERYWHERE.flatMap(({ plan }) => releasesOf(plan)),
];

/** The plan's own objects for passwords in the cluster's secret store. */
function plannedExternalSecrets(): KubernetesObject[] {
  const settings = {
    externalSecrets: { store: { name: "vault" }, path: "eu/shop" },
    registries: { mirror: { server: "m.example.com", username: "shop" } },
    credentials: undefined,
  };
  const { secrets } = planned("order-service", "prod", { ...LOCAL_CHARTS, ...settings }).plan;
  return Object.entries(secrets).flatMap(([name, secret]) =>
    secret.external ? [externalSecret(name, NAMESPACE, secret, secret.external)] : [],
  );
}

/** The runtime classes that pods name. The API server refuses pods whose class is missing. */
const classesOf = (pods: ReturnType<typeof podsOf>): object[] =>
  [...new Set(pods.flatMap(({ runtimeClassName }) => runtimeClassName ?? []))].map((name) => ({
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name },
    handler: "runc",
  }));

describe("what the shared chart renders, before the API server", function () {
  this.timeout(240_000);
  let objects: KubernetesObject[];
  let knowsCustom: boolean;

  before(async () => {
    const namespace = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: NAMESPACE, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    };
    await run("kubectl", ["apply", "-f", "-"], { input: asText([namespace]) });
    const definitions = await customResources();
    knowsCustom = definitions !== undefined;
    if (definitions) {
      await run("kubectl", ["create", "-f", "-"], { input: definitions });
      // kubectl fails at once if there is no status yet.
      const wait = ["wait", "--for=condition=Established", "crd", "--all", "--timeout=10s"];
      await until("the definitions are in use", async () => {
        const { exitCode } = await run("kubectl", wait, { reject: false });
        return exitCode === 0;
      });
    }
    const rendered: string[] = [];
    // Four at a time, the maximum for two cores.
    for (let start = 0; start < RENDERINGS.length; start += 4)
      rendered.push(
        ...(await Promise.all(
          RENDERINGS.slice(start, start + 4).map((one) => renderText({ ...one, namespace: NAMESPACE })),
        )),
      );
    objects = [...rendered.flatMap(parseObjects), ...plannedExternalSecrets()].filter(
      ({ apiVersion }) => knowsCustom || !CUSTOM.test(apiVersion),
    );
  });

  after(async () => {
    await run("kubectl", ["delete", "namespace", NAMESPACE]);
    await run("kubectl", ["delete", "--ignore-not-found", "-f", "-"], {
      input: asText(classesOf(podsOf(objects))),
    });
    if (knowsCustom) await run("kubectl", ["delete", "-f", "-"], { input: await customResources() });
  });

  /** Returns the API server's response for the objects, in parallel parts: each kubectl sends at most 50 requests per second. */
  const dryRun = async (list: KubernetesObject[]) => {
    const size = Math.ceil(list.length / PARTS);
    const parts = Array.from({ length: Math.ceil(list.length / size) }, (_, part) =>
      run("kubectl", ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"], {
        input: asText(list.slice(part * size, (part + 1) * size)),
        reject: false,
      }),
    );
    const said = await Promise.all(parts);
    return {
      // What it says about objects that it accepts would hide the rest.
      all: said
        .flatMap(({ all = "" }) => all.split("\n").filter((line) => !line.includes(" serverside-applied ")))
        .join("\n"),
      taken: said.flatMap(({ stdout }) => stdout.split("\n").filter((line) => line !== "")).length,
      failed: said.filter(({ exitCode }) => exitCode !== 0).length,
    };
  };

  it("passes a dry run with strict field validation, object by object", async () => {
    const { all, failed, taken } = await dryRun(objects);
    assert.equal(failed, 0, all);
    assert.equal(taken, objects.length);
    assert.deepEqual(
      all.split("\n").filter((line) => line.startsWith("Warning")),
      [],
    );
    process.stdout.write(`      ${objects.length} objects of ${RENDERINGS.length} releases\n`);
  });

  it("includes custom resources that need an operator", function () {
    if (!knowsCustom) this.skip();
    const kinds = new Set(
      objects.filter(({ apiVersion }) => CUSTOM.test(apiVersion)).map(({ kind }) => kind),
    );
    assert.deepEqual([...kinds].sort(), [
      "ExternalSecret",
      "GRPCRoute",
      "HTTPRoute",
      "PodMonitor",
      "PrometheusRule",
      "ScaledObject",
      "ServiceMonitor",
    ]);
  });

  it("creates pods that Pod Security `restricted` admits", async () => {
    const pods = podsOf(objects).map((spec, index) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `pod-${index}`, namespace: NAMESPACE },
      // In a dry run there are no ServiceAccounts, and the pod of a claim template needs a claim of its own.
      spec: {
        ...spec,
        serviceAccountName: "default",
        containers: withoutMounts(spec.containers),
        initContainers: withoutMounts(spec.initContainers),
      },
    }));
    await apply(...classesOf(podsOf(objects)));
    await until("the namespace has its ServiceAccount", async () => {
      const { stdout } = await run("kubectl", ["get", "serviceaccount", "-n", NAMESPACE, "-o", "name"]);
      return stdout.includes("default");
    });
    const { all, failed } = await dryRun(pods);
    assert.equal(failed, 0, all);
    const [first] = pods;
    const rooted = { ...first, spec: { ...first?.spec, securityContext: {}, hostNetwork: true } };
    assert.match((await dryRun([rooted])).all, /violates PodSecurity "restricted/, "the check can fail");
  });

  it("keeps its number of pods when an autoscaler is enabled", async () => {
    const values = (more: object) => JSON.stringify({ image: IMAGE, replicas: 4, ...more });
    const upgrade = (text: string) =>
      run("helm", ["upgrade", "--install", "scaled", join(PROJECT, CHART), "-n", NAMESPACE, "-f", "-"], {
        input: text,
      });
    const replicas = async () =>
      (await get<{ spec: { replicas: number } }>("deployment", "scaled", "-n", NAMESPACE)).spec.replicas;
    await upgrade(values({}));
    const autoscaling = { enabled: true, minReplicas: 4 };
    await upgrade(values({ autoscaling }));
    assert.equal(await replicas(), 4);
    await run("kubectl", ["scale", "deployment", "scaled", "--replicas=6", "-n", NAMESPACE]);
    await upgrade(values({ autoscaling, args: ["--again"] }));
    assert.equal(await replicas(), 6);
  });

  it("does not change another release's policy when it is tested", async () => {
    const ports = { http: { container: 8080 } };
    for (const release of ["tested", "tested-helm-test", "tested-test"])
      await run("helm", ["install", release, join(PROJECT, CHART), "-n", NAMESPACE, "-f", "-"], {
        input: JSON.stringify({ image: IMAGE, ports }),
      });
    // The simulated pod never completes, so helm times out.
    await run("helm", ["test", "tested", "-n", NAMESPACE, "--timeout", "2s"], { reject: false });
    for (const release of ["tested", "tested-helm-test", "tested-test"])
      assert.ok(await exists("networkpolicy", release, "-n", NAMESPACE), release);
  });

  it("passes the server's own schemas (kubeconform, strict)", async () => {
    const { kubeconform } = await ensureTools(["kubeconform"]);
    const folder = join(testWorld.folder, "schemas");
    mkdirSync(folder, { recursive: true });
    writeSchemas(folder, JSON.parse((await run("kubectl", ["get", "--raw", "/openapi/v2"])).stdout));
    const check = (list: KubernetesObject[]) =>
      run(
        kubeconform?.path as string,
        ["-strict", "-summary", "-schema-location", schemaLocation(folder), "-"],
        {
          input: asText(list),
          reject: false,
        },
      );
    const { all, exitCode } = await check(objects);
    assert.equal(exitCode, 0, all);
    assert.match(all ?? "", new RegExp(`${objects.length} resources.*Invalid: 0, Errors: 0, Skipped: 0`));
    const wrong = { ...objects.find(({ kind }) => kind === "Service"), spec: { prots: [] } };
    assert.match((await check([wrong])).all ?? "", /prots/, "the check can fail");
  });
});

describe("the cached schemas of a cluster", () => {
  it("are sufficient to check manifests without a cluster", async () => {
    const objects = parseObjects(await renderText({ chart: CHART, values: EXAMPLES.typical as object }));
    const sound = await kubeconform(asText(objects.filter(({ apiVersion }) => !CUSTOM.test(apiVersion))));
    assert.deepEqual(sound?.findings, []);
    assert.ok((sound?.passed ?? 0) > 3);
    const wrong = { ...objects.find(({ kind }) => kind === "Service"), spec: { prots: [] } };
    assert.match((await kubeconform(asText([wrong])))?.findings[0]?.message ?? "", /prots/);
    const unknown = { apiVersion: "apps/v1", kind: "Deploiment", metadata: { name: "x" } };
    assert.match(
      (await kubeconform(asText([unknown])))?.findings[0]?.message ?? "",
      /no schema for its kind/,
    );
  });
});

/** The volume of a claim template only exists in the StatefulSet's pods. */
const withoutMounts = (containers: KubernetesObject[] | undefined): KubernetesObject[] | undefined =>
  containers?.map(({ volumeMounts: _, ...container }) => container);
