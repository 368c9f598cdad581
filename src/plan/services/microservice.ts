/** Plans a service: the release of the shared chart, and the Secrets. */
import type { Settings } from "../../config/schema";
import type { Image, Service } from "../../model/application";
import { secondsBefore } from "../../model/containers";
import { own, usedBy } from "../../model/graph";
import { keysOfPaths } from "../../model/names";
import { DEFAULT_USER, shutdownOf } from "../../model/presets";
import { compact, mapValues } from "../../model/records";
import { describeChart } from "../chart";
import type { AppContext, PlanContext } from "../context";
import { pullSecretsOf } from "../credentials/externals";
import { imageIn, waitImageIn } from "../images";
import { networkPolicyOf } from "../namespace/network";
import type { ReleasePlan, SecretPlan } from "../plan";
import { prune } from "../prune";
import { storeSeconds } from "../stores";
import { preparations } from "../stores/jobs";
import { migrationsBefore } from "../tasks/tasks";
import { environmentOf, wordsOf } from "../variable-values";
import { contentsOf } from "./contents";
import { exceptionsOf, permissionsOf } from "./exceptions";
import { monitorOf, serviceOf } from "./exposure";
import { limitVariables } from "./limit-variables";
import type { MicroserviceValues } from "./microservice-values";
import { podValues, writableOf } from "./pod-needs";
import { portValues } from "./ports";
import { probesOf, startupSecondsOf } from "./probes";
import { replacesObjects } from "./replacement";
import { serviceResources } from "./resources";
import { routeValues } from "./route-values";
import { autoscalingOf, podsAtLeast, podsAtMost } from "./scaling";
import { checksumOf, secretsOf } from "./secrets";
import { servicesBefore } from "./service-order";
import { volumesOf } from "./volumes";
import { waitsOf } from "./waiting";

/** The chart's default for `progressDeadlineSeconds`. */
const DEFAULT_PROGRESS_DEADLINE = 600;

/** The release of a service, and its Secrets. */
interface MicroservicePlan {
  release: ReleasePlan;
  secrets: Record<string, SecretPlan>;
}

/** Plans a service. */
export function planMicroservice(context: PlanContext, name: string): MicroservicePlan {
  const { settings, application, charts } = context;
  const service = application.services[name] as Service;
  const overrides = own(settings.services, name) ?? {};
  const keyOf = keysOfPaths(service);
  const stores = usedBy(application, service, "stores");
  const usedServices = usedBy(application, service, "services");
  const autoscaling = autoscalingOf(service, settings, name);
  const replicas = podsAtLeast(context, name);
  const pullSecrets = pullSecretsOf(settings);
  const secrets = secretsOf(context, name);
  const all = { ...secrets.env, ...secrets.files };
  const { uid, gid } = service.user ?? DEFAULT_USER;
  const first = servicesBefore(application, name);
  const later = service.needsNames ? usedServices.filter((target) => !first.includes(target)) : [];
  const waitSeconds = secondsUntilNames(context, later);
  const podSeconds = startupSecondsOf(service) + secondsBefore(service);
  const startSeconds = settings.rolloutSeconds + podSeconds + waitSeconds;
  const resources = serviceResources(service, overrides.resources);
  const volumes = volumesOf(context, name, service);
  const values: MicroserviceValues = {
    fullnameOverride: name,
    application: application.name,
    environment: settings.environment,
    team: service.team ?? application.team,
    image: { ...imageOf(service, settings, name) },
    ...waitImageIn(settings),
    imagePullSecrets: pullSecrets,
    replicas,
    ...volumes,
    // A rollout must not fail before a pod had the time to start.
    rollout: {
      ...volumes.rollout,
      ...(startSeconds > DEFAULT_PROGRESS_DEADLINE ? { progressDeadlineSeconds: startSeconds } : {}),
    },
    command: wordsOf(context, service, service.command),
    args: wordsOf(context, service, service.args),
    // What the inventory and the stack set takes precedence.
    env: {
      ...limitVariables(service.language, resources.limits),
      ...environmentOf(context, service, secrets.env),
    },
    envFrom: { ...service.envFrom },
    ports: mapValues(service.ports ?? {}, portValues),
    probes: probesOf(context, service),
    ...shutdownValues(service),
    resources,
    autoscaling: autoscaling ? { enabled: true, ...autoscaling } : {},
    podDisruptionBudget: minAvailableOf(service, replicas),
    user: { uid, gid },
    exceptions: exceptionsOf(service),
    ...permissionsOf(service),
    sysctls: { ...service.sysctls },
    writable: writableOf(service, keyOf),
    ...compact({
      workingDir: service.workingDirectory,
      netBindService: service.netBindService === undefined ? undefined : true,
    }),
    ...podValues(service),
    ...contentsOf(context, service, overrides.containers, secrets),
    waitFor: waitsOf(context, service),
    // A changed connection string restarts the pods. The digest covers only names of credentials.
    secretChecksum: checksumOf(Object.values(all)),
    service: serviceOf(service, settings),
    ...routeValues(name, service, settings),
    networkPolicy: networkPolicyOf(context, name),
    monitor: monitorOf(service, settings),
  };
  const release: ReleasePlan = {
    name,
    kind: "service",
    chart: { path: charts.microservice.path },
    description: describeChart(charts.microservice),
    values: prune(values),
    needs: [
      ...stores,
      ...stores.flatMap((store) => preparations(context, store)),
      ...first,
      ...migrationsBefore(context, name),
    ],
    secrets: [...Object.keys(all), ...pullSecrets],
    timeoutSeconds:
      settings.rolloutSeconds +
      // Pods start one after the other.
      podSeconds * Math.max(1, podsAtMost(context, name)) +
      waitSeconds,
    protect: false,
    ...compact({ replaces: replacesObjects(context, name, values) || undefined }),
  };
  return { release, secrets: all };
}

/** Returns the time until the Kubernetes Services of other services exist, in seconds: their releases wait for stores and migrations. */
function secondsUntilNames(context: AppContext, services: readonly string[]): number {
  const { application, stores } = context;
  const used = services.flatMap((name) => own(application.services, name)?.uses ?? []);
  const seconds = used.map((name) => (own(stores, name) ? storeSeconds(context, name) : 0));
  const migrations = Object.values(application.tasks ?? {}).flatMap(({ before, seconds }) =>
    before?.some((name) => services.includes(name)) ? [seconds] : [],
  );
  return Math.max(0, ...seconds) + Math.max(0, ...migrations);
}

/** Returns the image of a service with the stack's overrides. */
export const imageOf = (service: Service, settings: Settings, name: string): Image =>
  imageIn(settings, service.image, own(settings.services, name));

function shutdownValues(
  service: Service,
): Pick<MicroserviceValues, "lifecycle" | "terminationGracePeriodSeconds"> {
  const { sleepSeconds, graceSeconds } = shutdownOf(service);
  return { lifecycle: { preStop: { sleep: sleepSeconds } }, terminationGracePeriodSeconds: graceSeconds };
}

/** Returns the disruption budget. With too few pods it would block every drain; then the chart's default applies. */
const minAvailableOf = (
  { minAvailable }: Service,
  replicas: number,
): MicroserviceValues["podDisruptionBudget"] =>
  minAvailable === undefined || minAvailable >= replicas ? {} : { minAvailable };
