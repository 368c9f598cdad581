/** plan(application, settings): the one function everything else stands on. The same input gives the same plan. */
import type { Settings } from "../config/schema";
import type { Application, Store } from "../model/application";
import { edgesOf, own } from "../model/graph";
import { type Problem, refuse } from "../model/problems";
import { validateApplication } from "../model/validate";
import type { Charts } from "./chart";
import { resourceProblems, schemaProblems } from "./check";
import { credentialsOf, hasSecret, secretKeysOf, shapeOf, storeSecretName } from "./credentials";
import { credentialDeletionProblems, deletionWarnings, heldNameProblems } from "./deletions";
import { type Deployed, type DeployedGuarded, type DeployedPlace, isRotating } from "./deployed";
import { environmentProblems, inEnvironment } from "./environment";
import { waysIn } from "./exposure";
import { credentialProblems, externalCredentials, registryCredentials, registrySecrets } from "./externals";
import { directLabels, OWNER, OWNER_ID, type Owner } from "./labels";
import { mixedSecretProblems, planMicroservice, planServiceSecrets } from "./microservice";
import { clientsOf } from "./network";
import { outputsOf } from "./outputs";
import { placeProblems } from "./place";
import type { NamespacePlan, Plan, ReleasePlan, SecretPlan } from "./plan";
import { quotaOf, quotaProblems } from "./quota";
import { mergeResources, serviceResources } from "./resources";
import { scalingProblems } from "./scaling";
import { planStore, storeChartProblems } from "./stores";
import { storeChangeProblems, storeChangeWarnings } from "./stores/changes";
import { imageWarnings } from "./stores/images";
import { planPreparations, preparations } from "./stores/jobs";
import { namespaceOf, profileOf } from "./stores/profile";
import { planRotation, rotationGate, rotationPhase } from "./stores/rotation";

/** What there is besides the inventory and the settings. */
export interface Surroundings {
  charts: Charts;
  /** What is deployed already. Default: nothing. */
  deployed?: Deployed;
  /** `hard` of the quota that is deployed. Default: none is. */
  deployedQuota?: Record<string, string>;
  /** What else no update may delete unasked. Default: nothing. */
  deployedGuarded?: DeployedGuarded;
  /** Where the stack is deployed. Default: nowhere. */
  deployedPlace?: DeployedPlace;
  /** Whom the namespace and the releases belong to. Default: they do not say. */
  owner?: Owner;
  /** Name of the stack, for commands in messages. Default: the environment's. */
  stack?: string;
}

/**
 * @throws FlotillaError with every problem of the inventory, of its fit with the settings, and of the way from what is
 * deployed to there.
 */
export function plan(
  declared: Application,
  settings: Settings,
  {
    charts,
    deployed = {},
    deployedGuarded = {},
    deployedQuota,
    deployedPlace,
    owner,
    stack = settings.environment,
  }: Surroundings,
): Plan {
  const wrong = validateApplication(declared);
  const application = inEnvironment(declared, settings);
  refuse([
    ...wrong,
    ...asFarAsPossible(wrong, () => [
      ...environmentProblems(declared, application, settings),
      ...credentialProblems(declared, application, settings),
      ...mixedSecretProblems(application, settings),
      ...profileProblems(application, settings),
      ...storeChartProblems(application, settings, charts),
      ...placeProblems(application, settings, deployed, deployedPlace, stack),
      ...storeChangeProblems(application, settings, deployed, stack),
      ...scalingProblems(application.services, settings),
      ...checkResources(application, settings),
      ...quotaProblems(application, settings),
    ]),
  ]);
  const stores = Object.entries(application.stores);
  const services = Object.entries(application.services);
  const jobs = stores.flatMap(([name, store]) => {
    const gate = rotationGate(application, settings, deployed, name);
    const phase = rotationPhase(application, settings, deployed, name);
    const users = usersOf(application, name, store);
    return [
      planPreparations(application, settings, charts, name, store, gate),
      ...(phase === "none"
        ? []
        : [planRotation(application, settings, charts, name, store, { users, phase })]),
    ];
  });
  const releases = [
    ...stores.map(([name, store]) => planStore(application, settings, charts, deployed, name, store)),
    ...jobs.flatMap((job) => job.releases),
    ...services.map(([name, service]) =>
      planMicroservice(application, settings, charts, deployed, name, service),
    ),
  ];
  const credentials: Plan["credentials"] = Object.assign(
    externalCredentials(application, settings),
    registryCredentials(settings),
    ...stores.map(([name, store]) =>
      credentialsOf(shapeOf(settings, name, store), {
        // Until its end a rotation can be given up: then the new passwords go again.
        rotating: isRotating(settings, deployed, name),
      }),
    ),
    ...jobs.map((job) => job.credentials),
  );
  const secrets: Plan["secrets"] = Object.assign(
    registrySecrets(application, settings),
    storeSecrets(application, settings, deployed),
    ...jobs.map((job) => job.secrets),
    serviceSecrets(application, settings, deployed),
  );
  refuse([
    ...checkValues(application, charts, releases),
    ...heldNameProblems(application, releases, deployed, stack),
    ...credentialDeletionProblems(
      application,
      settings,
      deployed,
      deployedGuarded,
      { secrets, credentials },
      stack,
    ),
  ]);
  const quota = quotaOf(application, settings, deployed, deployedQuota);
  return {
    application: application.name,
    environment: settings.environment,
    namespace: {
      name: namespaceOf(application, settings),
      labels: directLabels(application, settings),
      annotations: owner === undefined ? {} : { [OWNER]: owner.stack, [OWNER_ID]: owner.id },
      podSecurity: POD_SECURITY,
      quota: quota.hard,
      quotaLast: quota.lowered,
      isolation: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      containerDefaults: CONTAINER_DEFAULTS,
      protect: true,
    },
    edges: edgesOf(application),
    entries: waysIn(application, settings),
    credentials,
    secrets,
    releases: byName(releases.map((release) => ownedBy(owner, release))),
    outputs: outputsOf(application, settings),
    warnings: [
      ...(stores.length > 0 ? imageWarnings(settings) : []),
      ...storeChangeWarnings(application, settings, deployed),
      ...deletionWarnings(settings, deployed, deployedGuarded),
    ],
  };
}

/** More problems; none where they cannot be looked for because the inventory mentions what it does not have. */
function asFarAsPossible(wrong: readonly Problem[], look: () => Problem[]): Problem[] {
  try {
    return look();
  } catch (error) {
    if (wrong.length > 0) return [];
    throw error;
  }
}

/** The releases that log in to a store. */
const usersOf = (application: Application, name: string, store: Store): string[] => [
  ...preparations(name, store),
  ...clientsOf(application, name),
];

/** `charts/store` has one pod and no way to have more. */
function profileProblems(application: Application, settings: Settings): Problem[] {
  if (settings.distribution !== "upstream") return [];
  return Object.keys(application.stores)
    .filter((name) => profileOf(settings, name) === "replicated")
    .map((name) => ({
      where: own(settings.stores, name)?.profile ? `flotilla:stores.${name}.profile` : "flotilla:profile",
      what: `${name} cannot be replicated in the distribution upstream, whose stores have one pod`,
      todo: "Set the profile to standalone, or flotilla:distribution to bitnami.",
    }));
}

function checkResources(application: Application, settings: Settings): Problem[] {
  // What the stack says comes last, so that is where to mend it.
  const where = (kind: "service" | "store", name: string) =>
    own<{ resources?: object }>(settings[`${kind}s`], name)?.resources
      ? `flotilla:${kind}s.${name}.resources`
      : `apps/${application.name}.ts: ${kind} ${name}`;
  return [
    ...Object.entries(application.services).flatMap(([name, service]) =>
      resourceProblems(
        where("service", name),
        serviceResources(service, own(settings.services, name)?.resources),
      ),
    ),
    ...Object.entries(application.stores).flatMap(([name, { resources }]) =>
      resourceProblems(
        where("store", name),
        mergeResources(resources, own(settings.stores, name)?.resources),
      ),
    ),
  ];
}

function checkValues(application: Application, charts: Charts, releases: readonly ReleasePlan[]): Problem[] {
  const local = [charts.microservice, charts.store];
  return releases.flatMap((release) => {
    const { chart } = release;
    const known = "path" in chart ? local.find(({ path }) => path === chart.path) : undefined;
    return known ? schemaProblems(application.name, release, known) : [];
  });
}

/** What a container gets that somebody runs by hand: all that is planned says what it asks for. */
const CONTAINER_DEFAULTS: NamespacePlan["containerDefaults"] = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { memory: "256Mi" },
};

/** `restricted` is enforced: every service and store is planned to meet it. */
const POD_SECURITY: Record<string, string> = {
  "pod-security.kubernetes.io/enforce": "restricted",
  "pod-security.kubernetes.io/warn": "restricted",
  "pod-security.kubernetes.io/audit": "restricted",
};

function storeSecrets(
  application: Application,
  settings: Settings,
  deployed: Deployed,
): Record<string, SecretPlan> {
  const stores = Object.entries(application.stores).filter(([, store]) => hasSecret(store));
  const secrets = stores.map(([name, store]): [string, SecretPlan] => [
    storeSecretName(name),
    {
      owner: name,
      labels: directLabels(application, settings),
      protect: true,
      keys: secretKeysOf(shapeOf(settings, name, store)),
      needs: rotationGate(application, settings, deployed, name),
    },
  ]);
  return Object.fromEntries(secrets);
}

function serviceSecrets(
  application: Application,
  settings: Settings,
  deployed: Deployed,
): Record<string, SecretPlan> {
  return Object.fromEntries(
    Object.keys(application.services).flatMap((name) =>
      Object.entries(planServiceSecrets(application, settings, deployed, name)),
    ),
  );
}

/** The release with its owner in its description, which Helm keeps with each revision; a Job's would run it again. */
const ownedBy = (owner: Owner | undefined, release: ReleasePlan): ReleasePlan =>
  owner === undefined || release.kind === "job"
    ? release
    : { ...release, description: `${release.description} stack ${owner.id}` };

function byName(releases: ReleasePlan[]): Record<string, ReleasePlan> {
  return Object.fromEntries(releases.map((release) => [release.name, release]));
}
