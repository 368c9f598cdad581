/** Object names that a plan knows without rendering, compared with what Helm renders. */
import assert from "node:assert/strict";
import { catalogue } from "../../apps";
import { objectNames } from "../../src/plan/objects";
import type { Values } from "../../src/plan/plan";
import type { MicroserviceValues } from "../../src/plan/services/microservice-values";
import { EVERYWHERE, LOCAL_CHARTS, planned } from "../environments";
import { CHART, EXAMPLES } from "./examples";
import { isDeployed, type KubernetesObject, render } from "./render";

const text = (objects: { apiVersion: string; kind: string; name: string }[]) =>
  objects.map(({ apiVersion, kind, name }) => `${apiVersion} ${kind} ${name}`).sort();

/** Compares both, and returns the number of objects. */
async function compare(name: string, chart: string, values: object): Promise<number> {
  const objects: KubernetesObject[] = (await render(chart, values, name)).filter(
    // The name of a Job ends with a digest.
    (object) => isDeployed(object) && object.kind !== "Job",
  );
  const names = objectNames(name, chart, values as Values);
  assert.deepEqual(
    text(names),
    text(objects.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, name: metadata.name }))),
    `${name} of ${chart}`,
  );
  return names.length;
}

describe("the names of objects in a plan", function () {
  this.timeout(300_000);

  for (const [name, { extraObjects, ...values }] of Object.entries(EXAMPLES))
    it(`are those of the shared chart's example ${name}`, async () => {
      assert.ok((await compare("web", CHART, values)) > 0);
    });

  it("are those of every workload, with and without an autoscaler", async () => {
    const { workload, statefulSet, cronJob, ...values } = EXAMPLES.typical as MicroserviceValues;
    for (const more of [
      { workload: "StatefulSet", replicas: 3, autoscaling: null },
      { workload: "DaemonSet", autoscaling: null, podDisruptionBudget: null },
      { replicas: 1, autoscaling: { enabled: false } },
      { keda: { enabled: true, triggers: { cron: { type: "cron", metadata: {} } } }, autoscaling: null },
      { serviceAccount: { create: false }, networkPolicy: { enabled: false } },
      { serviceAccount: { name: "other" }, podDisruptionBudget: { enabled: false } },
      { monitor: { kind: "PodMonitor", port: "http" } },
      {
        replicas: 1,
        autoscaling: null,
        rollout: { strategy: "Recreate" },
        claims: { data: { size: "1Gi" } },
      },
    ]) {
      const merged = Object.fromEntries(
        Object.entries({ ...values, ...more }).filter(([, value]) => value !== null),
      );
      await compare("web", CHART, merged);
    }
  });

  it("are those of every application, in every environment", async () => {
    const seen = new Set<string>();
    const monitored = Object.keys(catalogue).map(
      (name) => planned(name, "prod", { ...LOCAL_CHARTS, monitoring: { namespace: "monitoring" } }).plan,
    );
    const plans = [...EVERYWHERE.map(({ plan }) => plan), ...monitored];
    for (const { name, chart, values } of plans.flatMap(({ releases }) => Object.values(releases))) {
      const key = JSON.stringify([name, chart, values]);
      if (!("path" in chart) || seen.has(key)) continue;
      seen.add(key);
      await compare(name, chart.path, values);
    }
    assert.ok(seen.size > 30, `${seen.size} releases`);
  });
});
