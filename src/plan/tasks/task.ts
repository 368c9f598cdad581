/** Plans a task: the release of its Job or CronJob, and its Secrets. */
import { own, usedBy } from "../../model/graph";
import { keysOfPaths } from "../../model/names";
import { DEFAULT_USER } from "../../model/presets";
import { compact } from "../../model/records";
import { asService, type Cron, isImageOf, type Task } from "../../model/task";
import { describeChart } from "../chart";
import type { AppContext, PlanContext } from "../context";
import { pullSecretsOf } from "../credentials/externals";
import { waitImageIn } from "../images";
import { TASK_LABEL } from "../labels";
import { networkPolicyOf } from "../namespace/network";
import type { ReleasePlan, SecretPlan } from "../plan";
import { prune } from "../prune";
import { contentsOf } from "../services/contents";
import { exceptionsOf, permissionsOf } from "../services/exceptions";
import { limitVariables } from "../services/limit-variables";
import { LITTLE } from "../services/loader";
import type { MicroserviceValues } from "../services/microservice-values";
import { podValues, writableOf } from "../services/pod-needs";
import { mergeResources } from "../services/resources";
import { secretsOf } from "../services/secrets";
import { waitsOf } from "../services/waiting";
import { preparations } from "../stores/jobs";
import { environmentOf, wordsOf } from "../variable-values";
import { taskImage, taskReleases } from "./tasks";

/** Seconds for which Helm waits longer than a migration may take, so that the Job's own failure is reported. */
const REPORT_SECONDS = 30;

/** Returns the time limit of a migration's release, in seconds. */
export const migrationSeconds = ({ seconds }: Task): number => seconds + REPORT_SECONDS;

/** Returns the requests and limits of a task. */
export const taskResources = ({ settings }: AppContext, name: string, { resources }: Task) =>
  mergeResources(resources ?? LITTLE, own(settings.tasks, name)?.resources);

/** Plans a task. */
export function planTask(
  context: PlanContext,
  name: string,
): { release: ReleasePlan; secrets: Record<string, SecretPlan> } {
  const { application, settings, charts, deployed } = context;
  const task = own(application.tasks ?? {}, name) as Task;
  const release = own(taskReleases(context), name) as string;
  const service = asService(task);
  const keyOf = keysOfPaths(task);
  const stores = usedBy(application, task, "stores");
  const secrets = secretsOf(context, name);
  const all = { ...secrets.env, ...secrets.files };
  const pullSecrets = pullSecretsOf(settings);
  const resources = taskResources(context, name, task);
  const { uid, gid } = task.user ?? DEFAULT_USER;
  const language = isImageOf(task.image)
    ? own(context.declared.services, task.image.of)?.language
    : undefined;
  const values: MicroserviceValues = {
    fullnameOverride: release,
    workload: task.cron ? "CronJob" : "Job",
    component: "task",
    application: application.name,
    environment: settings.environment,
    team: task.team ?? application.team,
    image: { ...taskImage(context, name, task) },
    ...waitImageIn(settings),
    imagePullSecrets: pullSecrets,
    command: wordsOf(context, task, task.command),
    args: wordsOf(context, task, task.args),
    env: {
      ...limitVariables(language ?? "generic", resources.limits),
      ...environmentOf(context, task, secrets.env),
    },
    envFrom: { ...task.envFrom },
    // No client has to notice that the pod ends.
    lifecycle: { preStop: { sleep: 0 } },
    resources,
    user: { uid, gid },
    exceptions: exceptionsOf(service),
    ...permissionsOf(service),
    writable: writableOf(task, keyOf),
    ...compact({ workingDir: task.workingDirectory }),
    ...podValues(task),
    podLabels: { ...task.pod?.labels, [TASK_LABEL]: name },
    ...contentsOf(context, task, own(settings.tasks, name)?.containers, secrets),
    waitFor: waitsOf(context, service),
    job: { backoffLimit: task.retries ?? 0, activeDeadlineSeconds: task.seconds },
    cronJob: task.cron ? cronValues(context, name, task.cron) : {},
    networkPolicy: networkPolicyOf(context, name),
  };
  // The release of a version exists only if its Job has succeeded: Helm removes it after a failure.
  const isDone = task.before !== undefined && own(deployed, release)?.kind === "task";
  const needs = [
    ...stores,
    ...stores.flatMap((store) => preparations(context, store)),
    ...(task.before ? usedBy(application, task, "services") : []),
  ];
  return {
    release: {
      name: release,
      kind: "task",
      task: name,
      chart: { path: charts.microservice.path },
      description: describeChart(charts.microservice),
      values: prune(values),
      needs: isDone ? [] : needs,
      secrets: [...Object.keys(all), ...pullSecrets],
      timeoutSeconds: task.before ? migrationSeconds(task) : settings.rolloutSeconds,
      protect: false,
      ...(isDone ? { done: true } : {}),
    },
    secrets: all,
  };
}

function cronValues({ settings }: AppContext, name: string, cron: Cron): MicroserviceValues["cronJob"] {
  const { schedule, timeZone, concurrency, startingDeadlineSeconds, history, suspend } = cron;
  return compact({
    schedule,
    timeZone,
    concurrencyPolicy: concurrency,
    startingDeadlineSeconds,
    successfulJobsHistoryLimit: history?.successful,
    failedJobsHistoryLimit: history?.failed,
    suspend: own(settings.tasks, name)?.suspend ?? suspend,
  });
}
