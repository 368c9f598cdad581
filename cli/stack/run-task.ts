/** Starts a task of a stack now, follows its log, and waits for its end. */
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import execa from "execa";
import type { Settings } from "../../src/config/schema";
import { accessOf } from "../../src/runtime/ask-cluster";
import type { KubernetesEvent, Pod, Workload } from "../core/explain/facts";
import { reasonsOfPod } from "../core/explain/pods";
import { reasonsOfWorkload } from "../core/explain/workloads";
import { deployedTask, hasStarted, isEnded, manualJob, type RunResult, resultOf } from "../core/run-job";
import { say } from "../terminal/progress";
import { firstLine, ToolError } from "../tools/failure";
import { delegateInterrupts, interrupted } from "../tools/interrupts";
import { accessTo, reachCluster } from "./access";
import { readState } from "./engine";
import { findKubectl, type Kubectl, type ObjectList } from "./kubectl";
import { secretValues, withoutSecrets } from "./logs";
import { readReleases } from "./releases";

/** Milliseconds between two looks at the Job. */
const INTERVAL_MS = 1000;

/** A started Job. */
interface Run {
  stack: string;
  kubectl: Kubectl;
  cluster: Settings["cluster"];
  namespace: string;
  task: string;
  job: string;
  /** The container of the program. */
  container: string;
  /** Values that the log must not show. */
  secrets: readonly string[];
}

/** Runs a task. Returns undefined if the user interrupts it: the Job keeps running. @throws ToolError if it cannot start. */
export async function runTask(stack: string, task: string): Promise<RunResult | undefined> {
  const { read, namespace } = accessTo(stack);
  if (read === undefined || namespace === undefined)
    throw new ToolError(
      `the settings of ${stack} are invalid\n  To see why: npx flotilla check --stack ${stack}`,
    );
  const kubectl = await reachCluster(read.settings, stack, readState(stack));
  const [live, secrets] = await Promise.all([
    readReleases(kubectl, namespace),
    secretValues(kubectl, namespace),
  ]);
  const revision = deployedTask(live, read.application.tasks ?? {}, task, stack);
  if ("problem" in revision) throw new ToolError(revision.problem);
  const manifest = manualJob(revision, task, randomBytes(3).toString("hex"));
  await kubectl.run(["create", "-f", "-"], { input: JSON.stringify(manifest) });
  const job = manifest.metadata?.name as string;
  say(`started Job ${job}`);
  const { cluster } = read.settings;
  const run = { stack, kubectl, cluster, namespace, task, job, container: revision.name, secrets };
  // Ctrl-C ends the command, not the Job.
  const result = await delegateInterrupts(() => follow(run));
  if (result === undefined) {
    say(`interrupted; Job ${job} keeps running
  Follow its log: kubectl -n ${namespace} logs -f job/${job}
  Stop it:        kubectl -n ${namespace} delete job ${job}`);
    return undefined;
  }
  if (result.exitCode === 0) say(`${task} succeeded`);
  else say(`${task} failed: ${result.why ?? `its program ended with exit code ${result.exitCode}`}`);
  return result;
}

/** Shows the log of each pod of the Job until the Job ends. Returns undefined after an interrupt. */
async function follow(run: Run): Promise<RunResult | undefined> {
  const { kubectl, namespace, job: name, container } = run;
  const followed = new Set<string>();
  let last: Pod[] = [];
  let said: string | undefined;
  while (!interrupted) {
    const selector = `batch.kubernetes.io/job-name=${name}`;
    const [job, { items: pods }] = await Promise.all([
      kubectl.json<Workload>(["get", "job", name, "-n", namespace]),
      kubectl.json<ObjectList<Pod>>(["get", "pods", "-n", namespace, "--selector", selector]),
    ]).catch((error: Error) => {
      // kubectl gets Ctrl-C, too.
      if (interrupted) return [undefined, { items: [] }] as const;
      throw error;
    });
    if (job === undefined) return undefined;
    // Kubernetes deletes the pods of a Job that has exceeded its time limit.
    if (pods.length > 0) last = [...pods];
    const next = pods.find((pod) => !followed.has(pod.metadata.name) && hasStarted(pod, container));
    if (next) {
      followed.add(next.metadata.name);
      await followLog(run, next.metadata.name);
      continue;
    }
    if (isEnded(job)) return resultOf(job, last, container);
    const why = await waitReason(run, job, pods);
    if (why !== undefined && why !== said) say(`waiting: ${why}`);
    said = why ?? said;
    await pause(INTERVAL_MS);
  }
  return undefined;
}

/** Copies the log of a pod to standard output until its program ends, with secret values masked. */
async function followLog({ cluster, namespace, container, secrets }: Run, pod: string): Promise<void> {
  const child = execa(
    await findKubectl(),
    [...accessOf(cluster), "logs", "--follow", pod, "--container", container, "--namespace", namespace],
    { stdin: "ignore", reject: false, buffer: false },
  );
  let failure = "";
  child.stderr?.on("data", (data: Buffer) => {
    failure += data.toString();
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on("line", (line) => process.stdout.write(`${withoutSecrets(line, secrets)}\n`));
  const { exitCode } = await delegateInterrupts(() => child);
  if (exitCode !== 0 && !interrupted)
    say(`the log of ${pod} cannot be followed: ${firstLine(failure.trim()) || "kubectl has ended"}`);
}

/** Returns why the program has not started yet; undefined if nothing says so. */
async function waitReason(
  { stack, kubectl, namespace, task, job }: Run,
  live: Workload,
  pods: readonly Pod[],
): Promise<string | undefined> {
  const where = { stack, namespace, release: task, settings: "tasks" as const };
  const [reason] = pods.flatMap((pod) => reasonsOfPod(pod, [], where));
  if (reason !== undefined || pods.length > 0) return reason?.what;
  const selector = `involvedObject.kind=Job,involvedObject.name=${job}`;
  const { items } = await kubectl.json<ObjectList<KubernetesEvent>>([
    ...["get", "events", "-n", namespace, "--field-selector", selector],
  ]);
  return reasonsOfWorkload(live, items, where)[0]?.what;
}
