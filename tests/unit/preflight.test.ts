import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { FlotillaError } from "../../src/model/problems";
import { mergeKubeconfigs, resolveTarget } from "../../src/runtime/kubeconfig";
import { checkCluster, serverPath, unreachableCharts } from "../../src/runtime/preflight";
import { usesProxy } from "../../src/runtime/reach";
import { planOf, settingsOf } from "../support";

const kubeconfig = (server: string, current = "here") => ({
  "current-context": current,
  contexts: [
    { name: "here", context: { cluster: "c" } },
    { name: "staging-eu", context: { cluster: "c" } },
    { name: "broken", context: { cluster: "gone" } },
  ],
  clusters: [{ name: "c", cluster: { server } }],
});
const shown = { files: "~/.kube/config", key: "flotilla:cluster.context", stack: "prod" };

/** Returns a loopback port that listens, or one that does not. */
async function port(listens: boolean): Promise<{ number: number; close: () => void }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: number } = server.address() as AddressInfo;
  if (!listens) await new Promise((resolve) => server.close(resolve));
  return { number, close: () => server.close() };
}

async function refusal(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof FlotillaError, String(error));
    return error.problems[0] as FlotillaError["problems"][number];
  }
  assert.fail("nothing was refused");
}

describe("the cluster of a stack", () => {
  it("is the named context, else the current one", () => {
    const config = kubeconfig("https://10.0.0.1:6443");
    const named = resolveTarget(config, "staging-eu", shown);
    assert.ok("context" in named && named.context === "staging-eu" && named.server.port === "6443");
    const current = resolveTarget(config, undefined, shown);
    assert.ok("context" in current && current.context === "here");
  });

  it("is refused when the context does not exist, with the nearest name", () => {
    const problem = resolveTarget(kubeconfig("https://x"), "stagingeu", shown);
    assert.ok("what" in problem);
    assert.match(problem.what, /~\/\.kube\/config has no context "stagingeu"/);
    assert.match(
      problem.todo,
      /Did you mean "staging-eu"\?.*pulumi config set --path flotilla:cluster.context/,
    );
  });

  it("is refused without a current context, and with a context that names no cluster", () => {
    const none = resolveTarget({ ...kubeconfig("https://x"), "current-context": "" }, undefined, shown);
    assert.ok("what" in none || none.context !== undefined);
    const broken = resolveTarget(kubeconfig("https://x"), "broken", shown);
    assert.ok("what" in broken && /no server address/.test(broken.what));
  });

  it("follows several kubeconfigs the way kubectl does", () => {
    const merged = mergeKubeconfigs([
      { contexts: [] },
      kubeconfig("https://one"),
      kubeconfig("https://two", "staging-eu"),
    ]);
    const target = resolveTarget(merged, undefined, shown);
    assert.ok("context" in target && target.context === "here" && target.server.host === "one");
  });

  describe("is checked before anything is deployed", () => {
    const folder = mkdtempSync(join(tmpdir(), "flotilla-kubeconfig-"));
    const file = join(folder, "config");
    after(() => rmSync(folder, { recursive: true }));
    const check = (environment: NodeJS.ProcessEnv) =>
      checkCluster(settingsOf({}).settings, "dev", environment);

    it("passes when its API server answers", async () => {
      const { number, close } = await port(true);
      writeFileSync(file, stringify(kubeconfig(`https://127.0.0.1:${number}`)));
      await check({ KUBECONFIG: file });
      close();
    });

    it("is refused when there is no answer", async () => {
      const { number } = await port(false);
      writeFileSync(file, stringify(kubeconfig(`https://127.0.0.1:${number}`)));
      const problem = await refusal(check({ KUBECONFIG: file }));
      assert.match(
        problem.what,
        /context "here" at https:\/\/127.0.0.1:\d+ cannot be reached: connection refused/,
      );
      assert.match(problem.todo, /kubectl --context here get nodes/);
    });

    it("is refused without a kubeconfig", async () => {
      const problem = await refusal(check({ KUBECONFIG: join(folder, "none") }));
      assert.match(problem.what, /no kubeconfig at .*none/);
    });

    it("is refused when the kubeconfig is invalid YAML", async () => {
      writeFileSync(file, "a: [");
      assert.match((await refusal(check({ KUBECONFIG: file }))).what, /cannot be read/);
    });

    it("may have an address with a path, as behind Rancher", () => {
      const path = (server: string) => {
        writeFileSync(file, stringify(kubeconfig(server)));
        return serverPath({ cluster: {} }, { KUBECONFIG: file });
      };
      assert.equal(path("https://rancher.example.com/k8s/clusters/c-1/"), "/k8s/clusters/c-1");
      assert.equal(path("https://10.0.0.1:6443"), "");
      assert.equal(serverPath({ cluster: {} }, { KUBECONFIG: join(folder, "none") }), "");
    });

    it("is not checked inside a pod or behind a proxy", async () => {
      await check({ KUBECONFIG: join(folder, "none"), KUBERNETES_SERVICE_HOST: "10.96.0.1" });
      writeFileSync(file, stringify(kubeconfig("https://cluster.example.com")));
      await check({ KUBECONFIG: file, HTTPS_PROXY: "http://proxy:3128" });
    });
  });
});

describe("a proxy", () => {
  it("is used unless the host is excluded", () => {
    const environment = { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "localhost,.example.com" };
    assert.equal(usesProxy("registry.io", environment), true);
    assert.equal(usesProxy("charts.example.com", environment), false);
    assert.equal(usesProxy("notexample.com", environment), true);
    assert.equal(usesProxy("127.0.0.1", environment), false);
    assert.equal(usesProxy("registry.io", {}), false);
    // The same rules as Go's clients, and so kubectl and the provider.
    const proxied = (NO_PROXY: string, host: string, port?: string) =>
      usesProxy(host, { HTTPS_PROXY: "http://proxy:3128", NO_PROXY }, port);
    assert.equal(proxied("10.0.0.0/8", "10.1.2.3"), false);
    assert.equal(proxied("10.0.0.0/8", "11.1.2.3"), true);
    assert.equal(proxied("example.com", "api.example.com"), false);
    assert.equal(proxied(".example.com", "example.com"), true);
    assert.equal(proxied("*.example.com", "api.example.com"), false);
    assert.equal(proxied("example.com:6443", "example.com", "6443"), false);
    assert.equal(proxied("example.com:6443", "example.com"), true);
    assert.equal(proxied("*", "example.com"), false);
    assert.equal(usesProxy("a.com", { HTTPS_PROXY: "", https_proxy: "http://proxy:3128" }), true);
  });
});

describe("remote charts", () => {
  it("are one line each if their registry does not answer", async () => {
    const { number } = await port(false);
    const plan = planOf();
    for (const release of Object.values(plan.releases))
      if ("url" in release.chart)
        release.chart = { ...release.chart, url: `oci://127.0.0.1:${number}/${release.name}` };
    const problems = await unreachableCharts(plan, {});
    assert.deepEqual(problems.map(({ release }) => release).sort(), [
      "mongodb",
      "mysql",
      "rabbitmq",
      "redis",
    ]);
    for (const { what } of problems)
      assert.match(what, /^the chart oci:\S+ [\d.]+ cannot be reached: connection refused$/);
  });

  it("are not checked for the upstream distribution", async () => {
    assert.deepEqual(await unreachableCharts(planOf({ distribution: "upstream" }), {}), []);
  });
});
