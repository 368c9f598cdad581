/** What Flotilla relies on providers to do: the same cases for the official plugins and the stand-ins, whichever is used. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeLong, long } from "./long";
import { announceProviders } from "./providers";
import { exists, get, programStack, run, type Stack, writeChart } from "./world";

const namespace = "e2e-contract";

interface Resource {
  type: string;
  urn: string;
  id?: string;
  initErrors?: string[];
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

/** Returns a program with a namespace and one release `mini` of the chart next to it. */
const program = (release: Record<string, unknown>, more = "") => `
const k8s = require("@pulumi/kubernetes");
const pulumi = require("@pulumi/pulumi");
const random = require("@pulumi/random");
const cluster = new k8s.Provider("cluster", { enableSecretMutable: true });
const namespace = new k8s.core.v1.Namespace("ns", { metadata: { name: "${namespace}" } }, { provider: cluster });
const release = new k8s.helm.v3.Release("mini", ${JSON.stringify({ name: "mini", namespace, chart: "./chart", timeout: 60, ...release })},
  { provider: cluster, dependsOn: [namespace] });
${more}
`;

describeLong("a provider", () => {
  let stack: Stack;
  const write = (release: Record<string, unknown>, more?: string) =>
    writeFileSync(join(stack.folder, "index.js"), program(release, more));
  const resource = async (type: string): Promise<Resource> => {
    const { deployment } = JSON.parse(await stack.export()) as { deployment: { resources: Resource[] } };
    const found = deployment.resources.find((candidate) => candidate.type === type);
    assert.ok(found, type);
    return found;
  };
  const history = async () =>
    JSON.parse((await run("helm", ["history", "mini", "-n", namespace, "-o", "json"])).stdout) as {
      revision: number;
      status: string;
      description: string;
    }[];
  const color = async () =>
    (await get<{ data: { color: string } }>("configmap", "mini", "-n", namespace)).data.color;

  before(async () => {
    stack = await programStack("contract", program({ values: {} }));
    writeChart(stack.folder);
    await announceProviders();
  });
  after(() => stack.remove());

  long("installs a release and waits until it is ready", async () => {
    await stack.up();
    assert.equal((await history()).length, 1);
    const { status } = await get<{ status: { readyReplicas: number } }>(
      "deployment",
      "mini",
      "-n",
      namespace,
    );
    assert.equal(status.readyReplicas, 1);
    const { id, outputs } = await resource("kubernetes:helm.sh/v3:Release");
    assert.equal(id, `${namespace}/mini`);
    assert.equal((outputs.status as { status: string }).status, "deployed");
    assert.equal(outputs.version, "1.0.0");
  });

  long("compares inputs: an edited chart alone is no change", async () => {
    assert.deepEqual(await stack.preview(), []);
    writeFileSync(join(stack.folder, "chart", "values.yaml"), "color: blue\ncpu: 10m\n");
    assert.deepEqual(await stack.preview(), []);
  });

  long("sees a new version of the chart", async () => {
    writeChart(stack.folder, "1.1.0");
    const [step] = await stack.preview();
    assert.equal(step?.op, "update");
    assert.deepEqual(Object.keys(step?.detailedDiff ?? {}), ["version"]);
  });

  long("upgrades in place for a changed value or description, and reports which", async () => {
    write({ values: { color: "green" }, description: "mini sha256:1" });
    const [step] = await stack.preview();
    assert.equal(step?.op, "update");
    assert.deepEqual(Object.keys(step?.detailedDiff ?? {}).sort(), [
      "description",
      "values.color",
      "version",
    ]);
    await stack.up();
    assert.equal(await color(), "green");
    assert.equal((await history()).at(-1)?.description, "mini sha256:1");
    write({ values: { color: "yellow" }, description: "mini sha256:1" });
    assert.deepEqual(Object.keys((await stack.preview())[0]?.detailedDiff ?? {}), ["values.color"]);
  });

  long("keeps the configured number of revisions", async () => {
    for (const next of ["one", "two", "three"]) {
      write({ values: { color: next }, maxHistory: 2 });
      await stack.up();
    }
    assert.equal((await history()).length, 2);
  });

  long("rolls back a failed atomic update, keeps the new inputs as failed, and retries", async () => {
    const unschedulable = {
      values: { color: "black", cpu: "1000" },
      atomic: true,
      timeout: 5,
      maxHistory: 3,
    };
    write(unschedulable);
    const { exitCode, all } = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.match(all ?? "", /mini/);
    assert.equal(await color(), "three", "the old revision runs");
    assert.equal((await history()).at(-1)?.status, "deployed");
    const failed = await resource("kubernetes:helm.sh/v3:Release");
    assert.ok((failed.initErrors ?? []).length > 0);
    assert.deepEqual(failed.outputs.values, unschedulable.values);
    assert.equal((await stack.preview())[0]?.op, "update", "it is retried without changed inputs");
    write({ values: { color: "white" }, atomic: true });
    await stack.up();
    assert.equal(await color(), "white");
    assert.deepEqual(await stack.preview(), []);
  });

  long("leaves nothing of a failed atomic installation", async () => {
    const second = `new k8s.helm.v3.Release("second", { name: "second", namespace: "${namespace}", chart: "./chart",
      atomic: true, timeout: 5, values: { cpu: "1000" } }, { provider: cluster, dependsOn: [namespace] });`;
    write({ values: { color: "white" }, atomic: true }, second);
    const { exitCode } = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.equal(await exists("configmap", "second", "-n", namespace), false);
    write({ values: { color: "white" }, atomic: true });
    await stack.up();
    assert.deepEqual(await stack.preview(), []);
  });

  long("replaces a release whose name changes", async () => {
    write({ values: { color: "white" }, atomic: true, name: "renamed" });
    const steps = await stack.preview();
    assert.ok(steps.some(({ op }) => op === "create-replacement" || op === "replace"));
    assert.ok(steps.every(({ urn }) => urn.endsWith("::mini")));
    write({ values: { color: "white" }, atomic: true });
  });

  long("names a chart that it cannot read", async () => {
    write({ chart: "./no-such-chart" });
    const { exitCode, all } = await stack.pulumi(["preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.match(all ?? "", /no-such-chart/);
    write({ values: { color: "white" }, atomic: true });
  });

  long("reads no chart in a preview while an input is unknown", async () => {
    const unread = `new k8s.helm.v3.Release("unread", { name: "unread", namespace: "${namespace}",
      chart: "oci://127.0.0.1:1/charts/unread", version: "1.2.3", values: { a: 1 },
      resourceNames: pulumi.output(pulumi.unknown) }, { provider: cluster, dependsOn: [namespace] });`;
    write({ values: { color: "white" }, atomic: true }, unread);
    const [step] = await stack.preview();
    assert.equal(step?.op, "create");
    assert.deepEqual(step?.newState?.inputs?.values, { a: 1 });
    // The unknown input is not part of the release: a deployed release shows no change for it.
    const known = program({ values: { color: "white" }, atomic: true, version: "1.1.0" }).replace(
      '"chart":',
      '"resourceNames": pulumi.output(pulumi.unknown), "chart":',
    );
    writeFileSync(join(stack.folder, "index.js"), known);
    assert.deepEqual(await stack.preview(), []);
    write({ values: { color: "white" }, atomic: true });
  });

  long("detects a release that was uninstalled manually, and reinstalls it", async () => {
    await run("helm", ["uninstall", "mini", "-n", namespace, "--wait"]);
    await stack.pulumi(["refresh", "--yes", "--skip-preview"]);
    assert.equal((await stack.preview())[0]?.op, "create");
    await stack.up();
    assert.equal(await color(), "white");
  });

  long(
    "applies objects, updates them in place, keeps secrets encrypted and deletes what the program drops",
    async () => {
      const secretNamed = (name: string, value: string) => `new k8s.core.v1.Secret("s", {
      metadata: { name: "${name}", namespace: "${namespace}", labels: { a: "b" } },
      data: pulumi.secret({ key: Buffer.from("${value}").toString("base64") }) }, { provider: cluster, dependsOn: [namespace] });`;
      const values = { values: { color: "white" }, atomic: true };
      const stored = async (name: string) =>
        (await get<{ data: { key: string } }>("secret", name, "-n", namespace)).data.key;
      write(values, secretNamed("first", "correcthorse"));
      await stack.up();
      assert.equal(Buffer.from(await stored("first"), "base64").toString(), "correcthorse");
      const state = await stack.export();
      for (const form of ["correcthorse", Buffer.from("correcthorse").toString("base64")])
        assert.ok(!state.includes(form));
      assert.deepEqual(await stack.preview(), []);
      write(values, secretNamed("first", "battery"));
      assert.equal((await stack.preview())[0]?.op, "update");
      await stack.up();
      assert.equal(Buffer.from(await stored("first"), "base64").toString(), "battery");
      write(values, secretNamed("other", "battery"));
      await stack.up();
      assert.equal(await exists("secret", "first", "-n", namespace), false);
      write(values);
      await stack.up();
      assert.equal(await exists("secret", "other", "-n", namespace), false);
    },
  );

  long("refuses an object that exists in the cluster, and imports it by its id", async () => {
    const values = { values: { color: "white" }, atomic: true };
    const secretWith = (options: string) => `new k8s.core.v1.Secret("there", {
      metadata: { name: "there", namespace: "${namespace}", labels: { a: "b" } },
      type: "Opaque", data: { key: "eA==" } }, { provider: cluster, dependsOn: [namespace]${options} });`;
    await run("kubectl", ["create", "secret", "generic", "there", "-n", namespace, "--from-literal=key=x"]);
    write(values, secretWith(""));
    const { exitCode, all } = await stack.pulumi(["up", "--yes", "--skip-preview"], { reject: false });
    assert.notEqual(exitCode, 0);
    assert.match(all ?? "", /already exists/);
    write(values, secretWith(`, import: "${namespace}/there"`));
    await stack.up();
    const { metadata } = await get<{ metadata: { labels: object } }>("secret", "there", "-n", namespace);
    assert.deepEqual(metadata.labels, { a: "b" }, "and makes of it what the program wants");
    write(values, secretWith(""));
    assert.deepEqual(await stack.preview(), []);
    write(values);
    await stack.up();
  });

  long("imports a release that helm has installed, in one update and in place", async () => {
    const values = { values: { color: "white" }, atomic: true };
    const adopted = (options: string) => `new k8s.helm.v3.Release("adopted", { name: "adopted",
      namespace: "${namespace}", chart: "./chart", values: { color: "blue" }, description: "adopted", timeout: 60 },
      { provider: cluster, dependsOn: [namespace]${options} });`;
    const chart = join(stack.folder, "chart");
    await run("helm", ["install", "adopted", chart, "-n", namespace, "--set", "color=green", "--wait"]);
    const uid = async () =>
      (await get<{ metadata: { uid: string } }>("deployment", "adopted", "-n", namespace)).metadata.uid;
    const before = await uid();
    write(values, adopted(`, import: "${namespace}/adopted"`));
    await stack.up();
    const { stdout } = await run("helm", ["history", "adopted", "-n", namespace, "-o", "json"]);
    const history = JSON.parse(stdout) as { revision: number; description: string }[];
    assert.deepEqual(
      history.map(({ revision }) => revision),
      [1, 2],
    );
    assert.equal(history[1]?.description, "adopted");
    assert.equal(await uid(), before);
    write(values, adopted(""));
    assert.deepEqual(await stack.preview(), []);
    write(values);
    await stack.up();
    assert.equal(await exists("deployment", "adopted", "-n", namespace), false);
  });

  long("generates random values once, from the allowed characters, and encrypts passwords", async () => {
    const values = { values: { color: "white" }, atomic: true };
    const random = (length: number) => `
      exports.password = new random.RandomPassword("password", { length: ${length}, special: false }).result;
      exports.string = new random.RandomString("string", { length: 12, upper: false, special: false }).result;
      exports.bytes = new random.RandomBytes("bytes", { length: 16 }).base64;
      exports.id = new random.RandomId("id", { byteLength: 4 }).hex;`;
    write(values, random(32));
    await stack.up();
    type Values = Record<"password" | "string" | "bytes" | "id", string>;
    const shown = async () =>
      JSON.parse(
        (
          await run("pulumi", ["stack", "output", "--json", "--show-secrets", "--stack", stack.name], {
            cwd: stack.folder,
          })
        ).stdout,
      ) as Values;
    const first = await shown();
    assert.match(first.password, /^[A-Za-z0-9]{32}$/);
    assert.match(first.string, /^[a-z0-9]{12}$/);
    assert.equal(Buffer.from(first.bytes, "base64").length, 16);
    assert.match(first.id, /^[0-9a-f]{8}$/);
    assert.ok(!(await stack.export()).includes(first.password));
    await stack.up();
    assert.deepEqual(await shown(), first);
    write(values, random(40));
    assert.ok(
      (await stack.preview()).some(({ op, urn }) => op.includes("replace") && urn.endsWith("::password")),
    );
    await stack.up();
    assert.match((await shown()).password, /^[A-Za-z0-9]{40}$/);
  });
});
