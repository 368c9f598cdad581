/** kube-score and Checkov report nothing for a typical service and for every application's prod plan. */
import assert from "node:assert/strict";
import { kubeScore } from "../../cli/tools/checks/kube-score";
import { checkov, SKIPPED_CHECKS } from "../../dev/checks/checkov";
import { CHART, PROD } from "./examples";
import { isDeployed, parseObjects, renderText } from "./render";
import { type Scored, SPOTLESS, score } from "./score";

describe("scores", () => {
  let scores: Record<string, Scored>;
  before(async function () {
    // Both may have to be installed first.
    this.timeout(10 * 60_000);
    scores = await score();
  });

  for (const target of SPOTLESS) {
    it(`kube-score reports nothing for ${target}`, () => {
      const { findings, passed } = scores[target]?.kubeScore ?? { findings: [], passed: 0 };
      assert.deepEqual(findings, []);
      assert.ok(passed > 40, `only ${passed} checks ran`);
    });

    it(`Checkov reports nothing for ${target}`, function () {
      const report = scores[target]?.checkov;
      if (!report) this.skip();
      assert.deepEqual(report.findings, []);
      assert.ok(report.passed > 70, `only ${report.passed} checks ran`);
    });
  }

  it("skips at most three checks for every service, each with its reason", () => {
    assert.ok(Object.keys(SKIPPED_CHECKS).length <= 3);
    for (const reason of Object.values(SKIPPED_CHECKS)) assert.ok(reason.length > 20);
  });

  it("only has exceptions for what an image dictates or a service must do, with the reason next to them", async () => {
    const exceptions: string[] = [];
    for (const release of Object.values(PROD).flat())
      for (const { kind, metadata } of parseObjects(await renderText(release)).filter(isDeployed)) {
        const annotations: Record<string, string> = metadata.annotations ?? {};
        const excepted = Object.keys(annotations).filter((key) => /^(kube-score|checkov)/.test(key));
        if (excepted.length === 0) continue;
        assert.match(annotations["flotilla.dev/exceptions"] ?? "", /: .{20,}/);
        exceptions.push(`${kind} ${metadata.name}`);
      }
    const stores = ["mongodb", "mysql", "rabbitmq", "redis"].map((store) => `StatefulSet ${store}`);
    // Robot Shop's users and its service without ports, order-service's token; the stores' own user.
    const services = ["dispatch", "order-service", "payment"].map((service) => `Deployment ${service}`);
    const others = ["StatefulSet redis", "StatefulSet redis-cart"];
    assert.deepEqual(exceptions.sort(), [...services, ...stores, ...others].sort());
  });

  it("allows a container without a CPU limit, which is optional, and accepts empty input", async () => {
    const resources = { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } };
    const values = { image: { repository: "a", tag: "1" }, ports: { http: { container: 80 } }, resources };
    const { findings } = await kubeScore(await renderText({ chart: CHART, values }));
    assert.deepEqual(
      findings.filter(({ check }) => check === "container-resources"),
      [],
    );
    assert.deepEqual((await kubeScore("")).findings, []);
  });

  it("detects bad manifests", async function () {
    const values = {
      image: { repository: "a", tag: "1" },
      ports: { http: { container: 80 } },
      user: { uid: 1, gid: 1 },
    };
    const manifests = await renderText({ chart: CHART, values });
    const found = (await kubeScore(manifests)).findings.map(({ check, severity }) => `${severity} ${check}`);
    assert.ok(found.includes("critical container-security-context-user-group-id"), found.join());
    assert.ok(found.includes("critical pod-probes"), found.join());
    const report = (await checkov({ bad: manifests }))?.bad;
    if (!report) this.skip();
    assert.ok(report.findings.some(({ check }) => check === "CKV_K8S_40"));
  });
});
