/** The Job with which `flotilla run` starts a task, and what its pods say about its end. */
import { own } from "../../src/model/graph";
import { suggest } from "../../src/model/nearest";
import type { Task } from "../../src/model/task";
import { taskIn } from "../../src/plan/deployed";
import { TASK_LABEL } from "../../src/plan/labels";
import type { HelmRevision, LiveRelease } from "../stack/releases";
import { type ManifestObject, objectsIn } from "./diff/manifests";
import { hasFailedRun, type Pod, type Workload } from "./explain/facts";

/** Seconds after which Kubernetes deletes an ended Job: a day. */
const KEPT_SECONDS = 86_400;

/** Returns the deployed revision of a task, or why there is none. */
export function deployedTask(
  live: Readonly<Record<string, LiveRelease>>,
  tasks: Readonly<Record<string, Task>>,
  name: string,
  stack: string,
): HelmRevision | { problem: string } {
  // An interrupted update leaves two versions of a migration.
  const [revision] = Object.values(live)
    .flatMap(({ deployed }) => (deployed && taskIn(deployed.values) === name ? [deployed] : []))
    .sort((a, b) => b.deployedAt.localeCompare(a.deployedAt));
  if (revision) return revision;
  return {
    problem: own(tasks, name)
      ? `the task ${name} is not deployed\n  Deploy it: npx flotilla up --stack ${stack}`
      : `the application has no task named ${name}\n  ${suggest(name, Object.keys(tasks))}`,
  };
}

/** Returns the Job that runs the deployed version of a task now. `suffix` makes its name unique. */
export function manualJob(
  { manifest, namespace }: HelmRevision,
  task: string,
  suffix: string,
): ManifestObject {
  const specs = objectsIn(manifest).flatMap(({ kind, spec }) =>
    kind === "Job" ? [spec] : kind === "CronJob" ? [spec?.jobTemplate?.spec] : [],
  );
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${task}-run-${suffix}`,
      namespace,
      // Without the labels of the release: status and explain are about what the stack deploys.
      labels: { [TASK_LABEL]: task },
      annotations: { "cronjob.kubernetes.io/instantiate": "manual" },
    },
    spec: { ...specs[0], ...{ ttlSecondsAfterFinished: KEPT_SECONDS } },
  };
}

/** Whether a Job has ended. */
export const isEnded = ({ status }: Workload): boolean =>
  status?.conditions?.some(
    ({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True",
  ) ?? false;

/** Whether the program of a pod has started, so that it has a log. */
export const hasStarted = ({ status }: Pod, container: string): boolean => {
  const { state } = status?.containerStatuses?.find(({ name }) => name === container) ?? {};
  return state?.running !== undefined || state?.terminated !== undefined;
};

/** How a run has ended: the exit code of its program, and why it failed if the program did not say so itself. */
export interface RunResult {
  exitCode: number;
  why?: string;
}

/** Returns the result of an ended Job. `pods` are its pods. */
export function resultOf(job: Workload, pods: readonly Pod[], container: string): RunResult {
  if (!hasFailedRun(job)) return { exitCode: 0 };
  const failed = job.status?.conditions?.find(({ type }) => type === "Failed");
  const codes = [...pods]
    .sort((a, b) => (b.metadata.creationTimestamp ?? "").localeCompare(a.metadata.creationTimestamp ?? ""))
    .flatMap(({ status }) =>
      (status?.containerStatuses ?? []).flatMap(({ name, state }) =>
        name === container && state?.terminated?.exitCode ? [state.terminated.exitCode] : [],
      ),
    );
  if (failed?.reason === "DeadlineExceeded") return { exitCode: 1, why: "it exceeded its time limit" };
  const [exitCode] = codes;
  return exitCode === undefined ? { exitCode: 1, why: failed?.message ?? "its pods failed" } : { exitCode };
}
