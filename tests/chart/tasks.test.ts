/** What the shared chart renders for tasks: Jobs and CronJobs that are as hardened as services. */
import assert from "node:assert/strict";
import { kubeScore } from "../../cli/tools/checks/kube-score";
import { objectNames } from "../../src/plan/objects";
import { WITH_TASKS } from "../tasks";
import { CHART, releasesOf } from "./examples";
import {
  asText,
  type KubernetesObject,
  ofKind,
  parseObjects,
  podsOf,
  renderText,
  restrictedViolations,
} from "./render";

describe("tasks, as the chart renders them", () => {
  const { plan } = WITH_TASKS;
  const objects: Record<string, KubernetesObject[]> = {};

  before(async () => {
    for (const release of releasesOf(plan))
      if (plan.releases[release.name as string]?.kind === "task")
        objects[plan.releases[release.name as string]?.task as string] = parseObjects(
          await renderText(release),
        );
  });

  it("are a Job whose name fits, and a CronJob", () => {
    const job = ofKind(objects.migrate as KubernetesObject[], "Job");
    assert.match(job.metadata.name, /^migrate-[0-9a-f]{8}-[0-9a-f]{8}$/);
    assert.equal(job.spec.activeDeadlineSeconds, 600);
    assert.equal(job.spec.backoffLimit, 0);
    const { spec } = ofKind(objects.report as KubernetesObject[], "CronJob");
    assert.equal(spec.timeZone, "Europe/Berlin");
    assert.equal(spec.jobTemplate.spec.activeDeadlineSeconds, 600);
  });

  it("have the objects that the plan knows", () => {
    for (const [task, rendered] of Object.entries(objects)) {
      const release = Object.values(plan.releases).find((release) => release.task === task);
      const names = rendered
        .filter(({ kind }) => kind !== "Job")
        .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
        .sort();
      assert.deepEqual(
        objectNames(release?.name as string, CHART, release?.values ?? {})
          .map(({ kind, name }) => `${kind} ${name}`)
          .sort(),
        names,
      );
    }
  });

  it("meet Pod Security `restricted`, with a read-only root file system, without a token", () => {
    const pods = podsOf(Object.values(objects).flat());
    assert.equal(pods.length, 2);
    for (const spec of pods) {
      assert.deepEqual(restrictedViolations(spec), []);
      assert.equal(spec.automountServiceAccountToken, false);
      assert.equal(spec.restartPolicy, "Never");
      for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
        assert.equal(container.securityContext.readOnlyRootFilesystem, true);
        assert.ok(container.resources.limits.memory);
        assert.equal(container.readinessProbe, undefined);
      }
    }
  });

  it("satisfy kube-score", async function () {
    // It may have to be built first.
    this.timeout(10 * 60_000);
    const { findings, passed } = await kubeScore(asText(Object.values(objects).flat()));
    assert.deepEqual(findings, []);
    assert.ok(passed > 15, `only ${passed} checks ran`);
  });
});
