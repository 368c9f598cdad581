import type { Image, Resources } from "../../model/application";
import { nameOfPath } from "../../model/names";
import { DEFAULT_USER } from "../../model/presets";
import { mapValues } from "../../model/records";
import { literally } from "../../model/variables";
import { describeChart } from "../chart";
import type { PlanContext } from "../context";
import { pullSecretsOf, storePullSecretsOf } from "../credentials/externals";
import { shortDigest } from "../digest";
import { addressOf } from "../hosts";
import { waitImageIn } from "../images";
import { directLabels } from "../labels";
import { podsOf } from "../namespace/network";
import type { ReleasePlan, SecretPlan, SecretText } from "../plan";
import { prune } from "../prune";
import { shapeOf } from "../stores/shape";
import type { MicroserviceValues } from "./microservice-values";

/** A Job for a store. */
export interface StoreJob {
  /** Name of the release. */
  name: string;
  store: string;
  image: Image;
  command: string[];
  args?: string[];
  /** Environment variables without passwords. */
  env: Record<string, string>;
  /** Environment variables with passwords. */
  secretEnv: Record<string, SecretText>;
  /** Files by absolute path. */
  files?: Record<string, string>;
  /** Time limit, in seconds. */
  seconds: number;
  /** Requests and limits. Default: `LITTLE`. */
  resources?: MicroserviceValues["resources"];
  /** Releases that come before it. */
  needs: string[];
  /** Releases that come before its Secret. */
  secretNeeds: string[];
  /** Additional pod labels. Default: none. */
  podLabels?: Record<string, string>;
}

/** Time for the image pull and the wait for the store, in seconds. */
const START_SECONDS = 180;

/** Returns the time limit of a Job's release, in seconds. It is above the Job's deadline, so that the Job's own failure is reported. */
export const jobSeconds = (seconds: number): number => seconds + START_SECONDS + 30;

/** Default requests and limits of a Job. */
export const LITTLE: Resources = {
  requests: { cpu: "50m", memory: "128Mi" },
  limits: { cpu: "1", memory: "512Mi" },
};

const secretName = (job: StoreJob) => `${job.name}-env`;

/** Plans the release of a Job and the Secret with its passwords. */
export function planJob(
  context: PlanContext,
  job: StoreJob,
): { release: ReleasePlan; secrets: Record<string, SecretPlan> } {
  const { application, settings, charts } = context;
  const { kind } = shapeOf(context, job.store);
  const { host, port } = addressOf(context, job.store);
  const hasSecret = Object.keys(job.secretEnv).length > 0;
  const secretRefs = Object.keys(job.secretEnv).map((key) => [key, { secret: secretName(job), key }]);
  const files = Object.entries(job.files ?? {}).map(([path, content]) => [
    nameOfPath(path),
    { path, content },
  ]);
  const values: MicroserviceValues = {
    fullnameOverride: job.name,
    workload: "Job",
    component: "job",
    application: application.name,
    environment: settings.environment,
    team: application.team,
    podLabels: job.podLabels,
    image: { ...job.image },
    ...waitImageIn(settings),
    imagePullSecrets: storePullSecretsOf(settings),
    // Scripts and values do not mention variables, so every `$` is literal.
    command: job.command.map(literally),
    args: job.args?.map(literally),
    env: { HOME: "/tmp", ...mapValues(job.env, literally), ...Object.fromEntries(secretRefs) },
    config: { files: Object.fromEntries(files) },
    writable: { tmp: "/tmp" },
    user: { uid: DEFAULT_USER.uid, gid: DEFAULT_USER.gid },
    resources: { ...(job.resources ?? LITTLE) },
    job: { backoffLimit: 3, activeDeadlineSeconds: job.seconds + START_SECONDS },
    waitFor: { [job.store]: { host, port } },
    // A new password changes the Job, so that it runs again. The digest covers only names of credentials.
    secretChecksum: hasSecret ? shortDigest(JSON.stringify(job.secretEnv)) : undefined,
    networkPolicy: {
      egress: { [job.store]: { pods: podsOf(job.store), ports: [...kind.jobPorts] } },
    },
  };
  return {
    release: {
      name: job.name,
      kind: "job",
      chart: { path: charts.microservice.path },
      description: describeChart(charts.microservice),
      values: prune(values),
      needs: job.needs,
      secrets: [...(hasSecret ? [secretName(job)] : []), ...pullSecretsOf(settings)],
      timeoutSeconds: jobSeconds(job.seconds),
      protect: false,
    },
    secrets: hasSecret
      ? {
          [secretName(job)]: {
            owner: job.name,
            labels: directLabels(context),
            protect: false,
            keys: job.secretEnv,
            needs: job.secretNeeds,
          },
        }
      : {},
  };
}
