/** Plans an application: `plan(context)`. The same input always gives the same plan. */
import type { ContainerSettings } from "../config/schema";
import { containersOf } from "../model/containers";
import { edgesOf, kindOfProgram, own, programsOf } from "../model/graph";
import { objectsOfOthers } from "../model/objects-of-others";
import { type Problem, refuse } from "../model/problems";
import type { Program } from "../model/task";
import { validateApplication } from "../model/validate";
import { CHART_DISK, requestProblems, schemaProblems } from "./check";
import type { AppContext, PlanContext } from "./context";
import { credentialsOf, hasSecret, secretKeysOf, storeSecretName } from "./credentials";
import {
  otherGenerations,
  secretCredentials,
  secretProblems,
  unusedSecretWarnings,
} from "./credentials/application-secrets";
import {
  credentialProblems,
  externalCredentials,
  registryCredentials,
  registrySecrets,
} from "./credentials/externals";
import { credentialDeletionProblems, deletionWarnings, nameCollisionProblems } from "./deletions";
import { isRotating } from "./deployed";
import { environmentProblems } from "./environment";
import { directLabels, type Owner, ownerMark } from "./labels";
import { limitProblems } from "./limits";
import { planNamespace } from "./namespace/namespace";
import { clientsOf } from "./namespace/network";
import { quotaProblems } from "./namespace/quota";
import { outputsOf } from "./outputs";
import { placeProblems } from "./place";
import { type Plan, type ReleasePlan, runsToCompletion, type SecretPlan } from "./plan";
import { containerResources } from "./services/containers";
import { publicEntries } from "./services/exposure";
import { fileTextProblems } from "./services/files";
import { planMicroservice } from "./services/microservice";
import { memoryProblems } from "./services/pod-needs";
import { replacementProblems, replacementWarnings } from "./services/replacement";
import { mergeResources, serviceResources } from "./services/resources";
import { orderedByRoutes, routeProblems } from "./services/routes";
import { scalingProblems } from "./services/scaling";
import { mixedSecretProblems } from "./services/secrets";
import { urlWarnings } from "./services/url-warnings";
import { volumeChangeProblems, volumeWarnings } from "./services/volume-changes";
import { volumeSettingProblems } from "./services/volumes";
import { waitProblems, waitSecondsProblems } from "./services/waiting";
import { wayInProblems, wayInWarnings } from "./services/ways-in";
import { planStore, storeChartProblems } from "./stores";
import { storeChangeProblems, storeChangeWarnings } from "./stores/changes";
import { imageWarnings } from "./stores/images";
import { planPreparations, preparations } from "./stores/jobs";
import { type JobsPlan, planRotation, rotationPhase } from "./stores/rotation";
import { shapeOf } from "./stores/shape";
import { BITNAMI_DISK } from "./stores/store";
import { taskProblems } from "./tasks/problems";
import { planTask, taskResources } from "./tasks/task";
import { taskReleases } from "./tasks/tasks";
import { type Transformed, transformed } from "./transform";
import { variableProblems } from "./variable-problems";

/**
 * Plans an application in its environment.
 * @throws FlotillaError with every problem of the inventory, the settings, and the change from what is deployed.
 */
export function plan(context: PlanContext): Plan {
  const { declared, application, settings, owner } = context;
  const wrong = validateApplication(declared);
  refuse([
    ...wrong,
    ...furtherProblems(wrong, () => [
      ...environmentProblems(declared, application, settings),
      ...taskProblems(context),
      ...variableProblems(declared, settings),
      ...credentialProblems(context),
      ...secretProblems(context, accountPasswords(context)),
      ...mixedSecretProblems(context),
      ...fileTextProblems(context),
      ...profileProblems(context),
      ...storeChartProblems(context),
      ...placeProblems(context),
      ...storeChangeProblems(context),
      ...wayInProblems(application, settings),
      ...scalingProblems(application.services, settings),
      ...waitProblems(context),
      ...volumeSettingProblems(application, settings),
      ...volumeChangeProblems(context),
      ...replacementProblems(context),
      ...resourceProblems(context),
      ...quotaProblems(context),
    ]),
  ]);
  const stores = Object.keys(application.stores);
  const services = Object.keys(application.services).map((name) => planMicroservice(context, name));
  const tasks = Object.keys(application.tasks ?? {}).map((name) => planTask(context, name));
  const jobs = stores.flatMap((name) => planJobs(context, name));
  const planned = [
    ...stores.map((name) => planStore(context, name)),
    ...jobs.flatMap((job) => job.releases),
    ...tasks.map(({ release }) => release),
    ...orderedByRoutes(
      context,
      services.map(({ release }) => release),
    ),
  ];
  const credentials: Plan["credentials"] = Object.assign(
    externalCredentials(context),
    registryCredentials(settings),
    otherGenerations(context),
    secretCredentials(context),
    ...stores.map((name) =>
      // A running rotation can be canceled, which deletes the new passwords, so they are not protected yet.
      credentialsOf(shapeOf(context, name), { rotating: isRotating(context, name) }),
    ),
    ...jobs.map((job) => job.credentials),
  );
  const secrets: Plan["secrets"] = Object.assign(
    registrySecrets(context),
    storeSecrets(context),
    ...jobs.map((job) => job.secrets),
    ...[...services, ...tasks].map(({ secrets }) => secrets),
  );
  const changed = transformed(
    context,
    planned,
    planNamespace(
      context,
      planned.map(({ name }) => name),
    ),
  );
  const { releases, namespace } = changed;
  refuse([
    ...changed.problems,
    ...valueProblems(context, changed),
    ...limitProblems(context, releases, secrets),
    ...waitSecondsProblems(context, releases),
    ...routeProblems(context, releases),
    ...nameCollisionProblems(context, releases),
    ...ownObjectProblems(context, secrets),
    ...credentialDeletionProblems(context, { secrets, credentials }),
  ]);
  return {
    application: application.name,
    environment: settings.environment,
    namespace,
    edges: edgesOf(application),
    entries: publicEntries(application, settings),
    credentials,
    secrets,
    releases: byName(releases.map((release) => ownedBy(owner, release))),
    outputs: outputsOf(context),
    warnings: [
      ...(stores.length > 0 ? imageWarnings(settings) : []),
      ...storeChangeWarnings(context),
      ...volumeWarnings(context),
      ...replacementWarnings(context, releases),
      ...deletionWarnings(context),
      ...urlWarnings(context),
      ...wayInWarnings(application, settings),
      ...unusedSecretWarnings(context),
    ],
  };
}

/** Reports programs that name a Secret or ConfigMap of the application as one that others create. */
function ownObjectProblems({ application }: AppContext, secrets: Plan["secrets"]): Problem[] {
  const ownConfigMaps = new Set(
    Object.keys(programsOf(application)).flatMap((name) => [`${name}-files`, `${name}-env`]),
  );
  return objectsOfOthers(application)
    .filter(({ kind, name }) =>
      kind === "Secret" ? own(secrets, name) !== undefined : kind === "ConfigMap" && ownConfigMaps.has(name),
    )
    .map(({ kind, name, program, place }) => ({
      where: `apps/${application.name}.ts: ${kindOfProgram(application, program)} ${program}, ${place}`,
      what: `the name ${name} is reserved for a ${kind} that Flotilla can create`,
      todo:
        kind === "ConfigMap"
          ? "Use another name; to share a file with a sidecar, use `mounts`."
          : 'Use `password("<store>", "<account>")` or `secret("<name>")`: the pods then also restart with a new value.',
    }));
}

/** Returns the passwords of accounts of externals and stores. */
const accountPasswords = (context: AppContext): Plan["credentials"] =>
  Object.assign(
    {},
    externalCredentials(context),
    ...Object.keys(context.application.stores).map((name) =>
      credentialsOf(shapeOf(context, name), { rotating: false }),
    ),
  );

/** Plans the Jobs of a store: preparation for its clients, and rotation. */
function planJobs(context: PlanContext, name: string): JobsPlan[] {
  const phase = rotationPhase(context, name);
  const releases = clientsOf(context.application, name).map(
    (client) => own(taskReleases(context), client) ?? client,
  );
  const users = [...preparations(context, name), ...releases];
  return [
    planPreparations(context, name, context.gates[name] ?? []),
    ...(phase === "none" ? [] : [planRotation(context, name, { users, phase })]),
  ];
}

/** Returns more problems, or none if the search crashes because of known problems, such as unknown names. */
function furtherProblems(wrong: readonly Problem[], look: () => Problem[]): Problem[] {
  try {
    return look();
  } catch (error) {
    if (wrong.length > 0) return [];
    throw error;
  }
}

/** Reports replicated stores in the distribution `upstream`, whose chart `charts/store` only supports one pod. */
function profileProblems({ stores, settings }: AppContext): Problem[] {
  if (settings.distribution !== "upstream") return [];
  return Object.values(stores)
    .filter(({ profile }) => profile === "replicated")
    .map(({ name }) => ({
      where: own(settings.stores, name)?.profile ? `flotilla:stores.${name}.profile` : "flotilla:profile",
      what: `${name} cannot be replicated in the distribution upstream, whose stores have only one pod`,
      todo: "Set the profile to standalone, or flotilla:distribution to bitnami.",
    }));
}

/** Reports requests above their limits, and directories in memory above the memory limit. */
function resourceProblems(context: AppContext): Problem[] {
  const { application, settings } = context;
  // Settings win over the inventory, so the problem is reported there if they set resources.
  const where = (kind: "service" | "store" | "task", name: string) =>
    own<{ resources?: object }>(settings[`${kind}s`], name)?.resources
      ? `flotilla:${kind}s.${name}.resources`
      : `apps/${application.name}.ts: ${kind} ${name}`;
  return [
    ...Object.entries(application.services).flatMap(([name, service]) =>
      programProblems(
        where("service", name),
        service,
        serviceResources(service, own(settings.services, name)?.resources),
        own(settings.services, name)?.containers,
      ),
    ),
    ...Object.entries(application.tasks ?? {}).flatMap(([name, task]) =>
      programProblems(
        where("task", name),
        task,
        taskResources(context, name, task),
        own(settings.tasks, name)?.containers,
      ),
    ),
    ...Object.entries(application.stores).flatMap(([name, { loaders }]) => [
      ...requestProblems(
        where("store", name),
        shapeOf(context, name).resources,
        settings.distribution === "bitnami" ? BITNAMI_DISK : CHART_DISK,
      ),
      ...Object.entries(loaders ?? {}).flatMap(([loader, { resources }]) =>
        resources === undefined
          ? []
          : requestProblems(
              `apps/${application.name}.ts: store ${name}, loader ${loader}`,
              mergeResources(resources, undefined),
            ),
      ),
    ]),
  ];
}

const programProblems = (
  where: string,
  program: Program,
  resources: ReturnType<typeof mergeResources>,
  settings: Record<string, ContainerSettings> = {},
): Problem[] => [
  ...requestProblems(where, resources),
  ...memoryProblems(where, program.writable, resources.limits.memory),
  ...containersOf(program).flatMap(({ name, kind, container }) => {
    const at = `${where}, ${kind} ${name}`;
    const ofContainer = containerResources(container, own(settings, name));
    return [
      ...requestProblems(at, ofContainer),
      ...memoryProblems(at, container.writable, ofContainer.limits.memory),
    ];
  }),
];

/** Reports values that the schemas of local charts refuse. */
function valueProblems(
  { application, charts }: PlanContext,
  { releases, changedIn }: Transformed,
): Problem[] {
  const local = [charts.microservice, charts.store];
  return releases.flatMap((release) => {
    const { chart } = release;
    const known = "path" in chart ? local.find(({ path }) => path === chart.path) : undefined;
    const whereOf = (path: readonly string[]) =>
      changedIn(release, path) ?? `apps/${application.name}.ts: ${release.kind} ${release.name}`;
    return known ? schemaProblems(release, known, whereOf) : [];
  });
}

/** Plans the Secrets of stores, by name. */
function storeSecrets(context: PlanContext): Record<string, SecretPlan> {
  const stores = Object.entries(context.application.stores).filter(([, store]) => hasSecret(store));
  const secrets = stores.map(([name]): [string, SecretPlan] => [
    storeSecretName(name),
    {
      owner: name,
      labels: directLabels(context),
      protect: true,
      keys: secretKeysOf(shapeOf(context, name)),
      needs: context.gates[name] ?? [],
    },
  ]);
  return Object.fromEntries(secrets);
}

/** Adds the owner to the description of a release. Jobs are left out: they would run again. */
const ownedBy = (owner: Owner | undefined, release: ReleasePlan): ReleasePlan =>
  owner === undefined || runsToCompletion(release.kind)
    ? release
    : { ...release, description: `${release.description}${ownerMark(owner)}` };

function byName(releases: ReleasePlan[]): Record<string, ReleasePlan> {
  return Object.fromEntries(releases.map((release) => [release.name, release]));
}
