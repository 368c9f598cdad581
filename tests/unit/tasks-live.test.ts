/** Tasks as the command line shows and runs them. */
import assert from "node:assert/strict";
import { objectsIn } from "../../cli/core/diff/manifests";
import { explain, type KnownRelease } from "../../cli/core/explain/explain";
import type { Facts, Pod, Workload } from "../../cli/core/explain/facts";
import { graphOf } from "../../cli/core/graph/graph";
import { isWell, type ReleaseStatus, releaseStatuses } from "../../cli/core/release-status";
import { deployedTask, hasStarted, isEnded, manualJob, resultOf } from "../../cli/core/run-job";
import { RELEASE } from "../../cli/core/state";
import type { HelmRevision } from "../../cli/stack/releases";
import { statusTable } from "../../cli/terminal/release-table";
import type { Task } from "../../src/model/task";
import { application, planFor } from "../support";

const migrate: Task = { image: { of: "web" }, seconds: 60, before: ["web"], uses: [] };
const report: Task = {
  image: { repository: "example.com/report", tag: "1" },
  seconds: 60,
  uses: ["web"],
  cron: { schedule: "0 3 * * *" },
};
const tasks = { migrate, report };
const plan = planFor(application({ tasks }));
const migration = Object.values(plan.releases).find(({ task }) => task === "migrate");
const name = migration?.name as string;

const job = (of: string, more: Partial<Workload["status"]> = {}, owner?: string): Workload => ({
  kind: "Job",
  metadata: {
    name: `${of}-1`,
    creationTimestamp: "2026-01-01T10:00:00Z",
    ...(owner === undefined
      ? { labels: { "app.kubernetes.io/instance": of } }
      : { ownerReferences: [{ kind: "CronJob", name: owner }] }),
  },
  spec: { completions: 1 },
  status: more,
});
const failed = { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] };
const complete = { succeeded: 1, conditions: [{ type: "Complete", status: "True" }] };

const ended = (pod: string, owner: string, exitCode: number, container = "report"): Pod => ({
  metadata: {
    name: pod,
    labels: { "app.kubernetes.io/instance": container },
    ownerReferences: [{ kind: "Job", name: owner }],
    creationTimestamp: `2026-01-01T10:00:0${exitCode}Z`,
  },
  spec: { containers: [{ name: container, image: "example.com/report:1" }] },
  status: {
    phase: "Failed",
    conditions: [{ type: "PodScheduled", status: "True" }],
    containerStatuses: [{ name: container, state: { terminated: { exitCode, reason: "Error" } } }],
  },
});

describe("the status of tasks", () => {
  const statuses = (
    workloads: readonly Workload[],
    values = plan.releases.report?.values,
  ): ReleaseStatus[] => {
    const resource = (release: string, values: object | undefined) => ({
      urn: `urn:pulumi:s::p::flotilla:index:Task$${RELEASE}::${release}`,
      type: RELEASE,
      inputs: { name: release, values },
      outputs: { name: release, values },
    });
    const revision = (release: string, values: object | undefined) => ({
      newest: {
        ...{ name: release, namespace: "shop", revision: 1, status: "deployed", description: "" },
        ...{
          deployedAt: "2026-01-01T00:00:00Z",
          chart: { name: "microservice", version: "1" },
          manifest: "",
        },
        values,
      } as unknown as HelmRevision,
      oldest: 1,
    });
    return releaseStatuses(
      [resource(name, migration?.values), resource("report", values)],
      { [name]: revision(name, migration?.values), report: revision("report", values) },
      workloads,
    );
  };

  it("is the schedule, or that it is suspended, or done", () => {
    const done = job(name, complete);
    const table = statusTable(statuses([done]));
    assert.match(table, new RegExp(`${name} +task .* done `));
    assert.match(table, /report +task .* 0 3 \* \* \* /);
    assert.ok(statuses([done]).every(isWell));
    const suspended = planFor(application({ tasks }), { tasks: { report: { suspend: true } } });
    assert.match(
      statusTable(statuses([done], suspended.releases.report?.values)),
      /report +task .* suspended /,
    );
  });

  it("is not well if the last run failed, whatever earlier runs did", () => {
    const earlier = job("early", complete, "report");
    const last = { ...job("late", failed, "report") };
    last.metadata.creationTimestamp = "2026-01-02T10:00:00Z";
    const found = statuses([job(name, complete), earlier, last]);
    assert.match(statusTable(found), /0 3 \* \* \*, last run failed/);
    assert.deepEqual(
      found.filter((status) => !isWell(status)).map(({ release }) => release),
      ["report"],
    );
    const running = job("now", {}, "report");
    running.metadata.creationTimestamp = "2026-01-03T10:00:00Z";
    assert.equal(statuses([earlier, running]).at(-1)?.cron?.lastRun, "succeeded");
  });
});

describe("explained tasks", () => {
  const findings = (release: KnownRelease, facts: Partial<Facts> = {}) =>
    explain(
      [release],
      { pods: [], workloads: [], replicaSets: [], claims: [], events: [], ...facts },
      { stack: "prod", namespace: "shop", since: 0 },
    );

  it("name the services that a failed migration has kept from being updated", () => {
    const [finding] = findings({ name, kind: "task", task: "migrate", before: ["web"], error: "job failed" });
    assert.equal(finding?.what, "its installation failed and was cleaned up; web was not updated");
    const [two] = findings({ name, kind: "task", task: "migrate", before: ["a", "b"], error: "job failed" });
    assert.match(two?.what ?? "", /; a and b were not updated$/);
    const [later] = findings({ name, kind: "task", task: "migrate", before: ["web"] });
    assert.equal(later?.what, "it is not in the cluster; web was not updated");
  });

  it("say why the last run of a cron task failed, with settings of the task", () => {
    const run = job("report-29", failed, "report");
    const facts = { workloads: [run], pods: [ended("report-29-x", run.metadata.name, 3)] };
    const [finding] = findings({ name: "report", kind: "task", task: "report", status: "deployed" }, facts);
    assert.equal(finding?.what, "its last run failed");
    assert.match(JSON.stringify(finding?.reasons), /exited with code 3/);
    assert.deepEqual(findings({ name: "report", kind: "task", status: "deployed" }), []);
  });

  it("with the image of a service are told to change the service's, under the name of the task", () => {
    const pulling: Pod = {
      metadata: {
        name: "migrate-1-a",
        labels: { "app.kubernetes.io/instance": name, "flotilla.dev/task": "migrate" },
      },
      spec: { containers: [{ name, image: "example.com/image:9" }] },
      status: {
        phase: "Pending",
        conditions: [{ type: "PodScheduled", status: "True" }],
        containerStatuses: [
          { name, state: { waiting: { reason: "ImagePullBackOff", message: "not found" } } },
        ],
      },
    };
    const killed: Pod = {
      ...pulling,
      status: {
        phase: "Running",
        conditions: [{ type: "PodScheduled", status: "True" }],
        containerStatuses: [{ name, state: { terminated: { exitCode: 137, reason: "OOMKilled" } } }],
      },
    };
    const todo = (pod: Pod, imageOf: Record<string, string> = { migrate: "web" }) =>
      explain(
        // As during an update, which knows only the release.
        [{ name, kind: "task", status: "pending-install" }],
        {
          pods: [pod],
          workloads: [],
          replicaSets: [],
          claims: [],
          events: [],
          services: [],
        } as unknown as Facts,
        { stack: "dev", namespace: "shop", since: 0, imageOf },
      )[0]?.reasons[0]?.todo[0];
    assert.equal(
      todo(pulling),
      "pulumi config set --path flotilla:services.web.tag <existing tag> --stack dev",
    );
    assert.equal(
      todo(pulling, {}),
      "pulumi config set --path flotilla:tasks.migrate.tag <existing tag> --stack dev",
    );
    assert.equal(
      todo(killed),
      "pulumi config set --path flotilla:tasks.migrate.resources.limits.memory <more> --stack dev",
    );
  });
});

describe("tasks in the graph", () => {
  it("are nodes with the name of the task, when they run, and their connections", () => {
    const graph = graphOf(plan);
    const node = (task: string) => graph.nodes.find((node) => node.name === task);
    assert.equal(node("migrate")?.kind, "task");
    assert.deepEqual(node("migrate")?.facts["Runs before"], ["web"]);
    assert.deepEqual(node("migrate")?.facts["Time limit"], ["60 s"]);
    assert.deepEqual(node("report")?.facts.Schedule, ["0 3 * * *, Etc/UTC"]);
    assert.ok(graph.edges.some(({ from, to }) => from === "report" && to === "web"));
    assert.equal(node(name), undefined);
  });
});

const MANIFEST = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: report}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 3 * * *"
  jobTemplate:
    spec: {backoffLimit: 0, activeDeadlineSeconds: 60, template: {spec: {containers: [{name: report}]}}}
`;

describe("a task that is run by hand", () => {
  const revision = (
    release: string,
    values: object,
    manifest: string,
    deployedAt = "2026-01-01",
  ): HelmRevision =>
    ({ name: release, namespace: "shop", values, manifest, deployedAt }) as unknown as HelmRevision;
  const label = (task: string) => ({ podLabels: { "flotilla.dev/task": task } });
  const cron = revision("report", label("report"), MANIFEST);

  it("is a Job with the spec of the CronJob or Job, which Kubernetes deletes after its end", () => {
    const made = manualJob(cron, "report", "abc");
    assert.equal(made.metadata?.name, "report-run-abc");
    assert.deepEqual(made.metadata?.labels, { "flotilla.dev/task": "report" }, "not part of the release");
    assert.deepEqual(made.spec, {
      backoffLimit: 0,
      activeDeadlineSeconds: 60,
      template: { spec: { containers: [{ name: "report" }] } },
      ttlSecondsAfterFinished: 86_400,
    });
    const [, job] = objectsIn(MANIFEST.replace("kind: CronJob", "kind: Job"));
    assert.equal(job?.kind, "Job");
    const once = "kind: Job\nmetadata: {name: m}\nspec: {backoffLimit: 2}";
    assert.deepEqual(manualJob(revision("m-1", {}, once), "m", "x").spec, {
      backoffLimit: 2,
      ttlSecondsAfterFinished: 86_400,
    });
  });

  it("is the newest deployed version", () => {
    const live = (deployed: HelmRevision | undefined) => ({
      newest: cron,
      oldest: 1,
      ...(deployed && { deployed }),
    });
    const old = revision("migrate-1", label("migrate"), "", "2026-01-01");
    const now = revision("migrate-2", label("migrate"), "", "2026-02-01");
    const all = { a: live(old), b: live(now), report: live(cron), pending: live(undefined) };
    assert.equal(deployedTask(all, tasks, "migrate", "prod"), now);
    assert.equal(deployedTask(all, tasks, "report", "prod"), cron);
    assert.match(
      JSON.stringify(deployedTask({}, tasks, "report", "prod")),
      /report is not deployed.*flotilla up/,
    );
    assert.match(
      JSON.stringify(deployedTask(all, tasks, "reports", "prod")),
      /no task named reports.*Did you mean/,
    );
  });

  it("ends with the exit code of its program", () => {
    assert.equal(isEnded(job("x")), false);
    assert.equal(isEnded(job("x", complete)), true);
    assert.deepEqual(resultOf(job("x", complete), [], "report"), { exitCode: 0 });
    const pods = [ended("a", "x-1", 3), ended("b", "x-1", 7)];
    assert.deepEqual(resultOf(job("x", failed), pods, "report"), { exitCode: 7 }, "of the last try");
    assert.ok(hasStarted(pods[0] as Pod, "report"));
    assert.ok(!hasStarted(pods[0] as Pod, "other"));
    const late = { conditions: [{ type: "Failed", status: "True", reason: "DeadlineExceeded" }] };
    assert.deepEqual(resultOf(job("x", late), pods, "report"), {
      exitCode: 1,
      why: "it exceeded its time limit",
    });
    const message = { conditions: [{ type: "Failed", status: "True", message: "no quota" }] };
    assert.deepEqual(resultOf(job("x", message), [], "report"), { exitCode: 1, why: "no quota" });
  });
});
