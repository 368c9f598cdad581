/** What is deployed, according to the stack's state. It is read once at the start and passed to the plan as data. */
import type { Distribution } from "../config/schema";
import type { Profile, StoreKind } from "../model/application";
import { own } from "../model/graph";
import { rotationPrefix, rotationReleases } from "../model/names";
import { compact, isRecord } from "../model/records";
import type { PlanContext } from "./context";
import { storeSecretName } from "./credentials";
import { TASK_LABEL } from "./labels";
import type { ReleasePlan, Value, Values } from "./plan";
import { CLUSTER_GENERATION, GENERATION } from "./stores/generation";
import type { StoreKindDescriptor } from "./stores/kind";
import { allKinds } from "./stores/registry";

/** A Helm release in the state. */
export interface DeployedRelease {
  kind: ReleasePlan["kind"];
  /** Path or URL of its chart. */
  chart: string;
  values: Values;
  /** Whether Helm replaces its objects instead of patching them. Default: false. */
  replaces?: true;
}

/** Names of Secrets and passwords in the state that an update must not delete unless it is allowed to. */
export interface DeployedGuarded {
  /** Secrets of stores. */
  secrets?: readonly string[];
  /** Generated passwords. */
  passwords?: readonly string[];
}

/** Where a stack is deployed. */
export interface DeployedPlace {
  namespace: string;
  /** Undefined if no update has finished yet. */
  application?: string;
  environment?: string;
}

/** The origin of a namespace in the state: an update created it, or `adopt` took it over from others. */
export type NamespaceOrigin = "created" | "adopted";

/** The deployed releases, by name. Empty if nothing is deployed or the state was not read. */
export type Deployed = Record<string, DeployedRelease>;

/** Returns the task that a release belongs to, from its values; undefined if it belongs to none. */
export function taskIn({ podLabels }: Values): string | undefined {
  return textOf(isRecord(podLabels) ? podLabels[TASK_LABEL] : undefined);
}

/** Returns the names of the deployed stores. */
export const deployedStores = (deployed: Deployed): string[] =>
  Object.keys(deployed).filter((name) => deployed[name]?.kind === "store");

/** The facts about a deployed store that planning needs. */
export interface DeployedStore {
  kind?: StoreKind;
  distribution: Distribution;
  profile: Profile;
  storage?: string;
  storageClass?: string;
  /** The StatefulSet's podManagementPolicy, which cannot be changed. Only rabbitmq sets it. */
  podManagementPolicy?: string;
  clusterGeneration: number;
  /** The newest generation of passwords whose rotation is finished. */
  finished: number;
  /** Whether it has a password, so its release names the store's Secret. */
  hasPassword: boolean;
  /** Whether its network policy allows rotation Jobs. Releases of older versions do not. */
  knowsRotation: boolean;
}

/** Returns the facts about a deployed store, or undefined if it is not deployed. */
export function deployedStore(deployed: Deployed, name: string): DeployedStore | undefined {
  const release = own(deployed, name);
  if (release?.kind !== "store") return undefined;
  const { chart, values } = release;
  const distribution: Distribution = chart.endsWith("charts/store") ? "upstream" : "bitnami";
  const kind = distribution === "upstream" ? kindAmong(allKinds(), values) : kindOfChart(chart);
  const annotations = annotationsOf(values);
  return compact({
    kind: kind?.name,
    distribution,
    profile: profileOfValues(values),
    ...volumeOf(values),
    podManagementPolicy: textOf(values.podManagementPolicy),
    clusterGeneration: Number(annotations[CLUSTER_GENERATION] ?? 1),
    finished: finishedGeneration(deployed, name, Number(annotations[GENERATION] ?? 1)),
    hasPassword: isIn(values, storeSecretName(name)),
    knowsRotation: annotations[GENERATION] !== undefined,
  });
}

const kindOfChart = (chart: string) =>
  allKinds().find(({ name }) => new RegExp(`/${name}(-[0-9][^/]*)?$`).test(chart));

/** Returns the kind with the protocol of a release of `charts/store`. If several match, the image decides, from any mirror. */
export function kindAmong(
  known: readonly StoreKindDescriptor[],
  { portName, image }: Values,
): StoreKindDescriptor | undefined {
  const kinds = known.filter(({ facts }) => facts.protocol === portName);
  const imageName = (repository: unknown) => String(repository).split("/").at(-1);
  const deployed = imageName((image as Values | undefined)?.repository);
  return kinds.length === 1 ? kinds[0] : kinds.find((kind) => imageName(kind.image.repository) === deployed);
}

/** Returns the newest generation whose last Job is deployed, or the generation before an unfinished rotation. */
function finishedGeneration(deployed: Deployed, store: string, ofPods: number): number {
  const pattern = new RegExp(`^${rotationPrefix(store)}([0-9]+)-(begin|end)$`);
  const jobs = Object.entries(deployed)
    .filter(([, { kind }]) => kind === "job")
    .map(([name]) => pattern.exec(name));
  const generations = (step: "begin" | "end") =>
    jobs.flatMap((match) => (match?.[2] === step ? [Number(match[1])] : []));
  const [begun, ended] = [generations("begin"), generations("end")];
  if (ended.length > 0) return Math.max(...ended);
  return begun.length > 0 ? Math.min(...begun) - 1 : ofPods;
}

/** Returns the maps that can contain values for a store's pods: the top level, and Bitnami's roles. */
const partsOf = (values: Values): Values[] =>
  [values, values.primary, values.master, values.replica].filter(
    (part): part is Values => part !== undefined,
  );

/** Returns the requests and limits of the store's main container. */
export const resourcesIn = (values: Values): Values | undefined =>
  partsOf(values).find(({ resources }) => resources !== undefined)?.resources as Values | undefined;

function annotationsOf(values: Values): Values {
  const found = partsOf(values).map(({ podAnnotations }) => podAnnotations as Values | undefined);
  return found.find((annotations) => annotations !== undefined) ?? {};
}

function profileOfValues(values: Values): Profile {
  const replicated =
    ["replicaset", "replication"].includes(String(values.architecture)) || Number(values.replicaCount) > 1;
  return replicated ? "replicated" : "standalone";
}

/** Returns the size and class of the volumes, from the values of either distribution. */
function volumeOf(values: Values): { storage?: string; storageClass?: string } {
  const volumes = [values.storage, ...partsOf(values).map(({ persistence }) => persistence)] as (
    | Values
    | undefined
  )[];
  const found = volumes.find((volume) => typeof volume?.size === "string");
  return compact({
    storage: textOf(found?.size),
    storageClass: textOf(found?.storageClass ?? found?.className),
  });
}

/** Whether the values contain a text. */
const isIn = (value: Value, text: string): boolean =>
  value === text || (typeof value === "object" && Object.values(value).some((inner) => isIn(inner, text)));

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Whether the passwords of a deployed store are being rotated. Jobs, Secrets and restarts are then ordered. */
export function isRotating(
  { deployed, stores }: Pick<PlanContext, "deployed" | "stores">,
  name: string,
): boolean {
  const store = deployedStore(deployed, name);
  return store !== undefined && (own(stores, name)?.generation ?? 1) > store.finished;
}

/** Whether the Jobs of the current generation are deployed, which means that the rotation is finished. */
export function wasRotated(
  { deployed, stores }: Pick<PlanContext, "deployed" | "stores">,
  name: string,
): boolean {
  return own(deployed, rotationReleases(name, own(stores, name)?.generation ?? 1).end) !== undefined;
}
