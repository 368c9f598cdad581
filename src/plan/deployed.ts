/** What the stack's state says is deployed: read once at start, and handed to the plan as data. */
import type { Distribution } from "../config/schema";
import type { Profile, StoreKind } from "../model/application";
import { own } from "../model/graph";
import { rotationPrefix, rotationReleases } from "../model/names";
import { compact } from "../model/records";
import type { PlanContext } from "./context";
import type { Values } from "./plan";
import { CLUSTER_GENERATION, GENERATION } from "./stores/generation";
import { allKinds } from "./stores/registry";

/** A Helm release of the state. */
export interface DeployedRelease {
  kind: "store" | "service" | "job";
  /** The chart's path or URL. */
  chart: string;
  values: Values;
}

/** What else of a state no update may delete unasked, by name. */
export interface DeployedGuarded {
  /** Secrets of stores. */
  secrets?: readonly string[];
  /** Generated passwords. */
  passwords?: readonly string[];
}

/** Where a stack is deployed. */
export interface DeployedPlace {
  namespace: string;
  /** Unknown where no update has ended yet. */
  application?: string;
  environment?: string;
}

/** By release. Empty where nothing is deployed, and where nobody looked. */
export type Deployed = Record<string, DeployedRelease>;

/** The names of the stores that are deployed. */
export const deployedStores = (deployed: Deployed): string[] =>
  Object.keys(deployed).filter((name) => deployed[name]?.kind === "store");

/** What counts of a deployed store. */
export interface DeployedStore {
  kind?: StoreKind;
  distribution: Distribution;
  profile: Profile;
  storage?: string;
  storageClass?: string;
  /** How its pods start, which cannot be changed: rabbitmq. */
  podManagementPolicy?: string;
  clusterGeneration: number;
  /** The newest generation of passwords that is the only one: no Job is left to be done for it. */
  finished: number;
  /** Whether its network policy lets the Jobs of a rotation in: it is of a version that knew them. */
  knowsRotation: boolean;
}

/** What is deployed of a store, or undefined when nothing is. */
export function deployedStore(deployed: Deployed, name: string): DeployedStore | undefined {
  const release = own(deployed, name);
  if (release?.kind !== "store") return undefined;
  const { chart, values } = release;
  const distribution: Distribution = chart.endsWith("charts/store") ? "upstream" : "bitnami";
  const kind = allKinds().find(({ name: kind, facts }) =>
    distribution === "upstream"
      ? values.portName === facts.protocol
      : new RegExp(`/${kind}(-[0-9][^/]*)?$`).test(chart),
  );
  const annotations = annotationsOf(values);
  return compact({
    kind: kind?.name,
    distribution,
    profile: profileOfValues(values),
    ...volumeOf(values),
    podManagementPolicy: textOf(values.podManagementPolicy),
    clusterGeneration: Number(annotations[CLUSTER_GENERATION] ?? 1),
    finished: finishedGeneration(deployed, name, Number(annotations[GENERATION] ?? 1)),
    knowsRotation: annotations[GENERATION] !== undefined,
  });
}

/** The newest generation whose last Job is done; of a rotation that only has begun, the one before it. */
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

/** Where a store's chart takes values of its pods: Bitnami's at the top, by role, or in sentinel mode by `replica`. */
const partsOf = (values: Values): Values[] =>
  [values, values.primary, values.master, values.replica].filter(
    (part): part is Values => part !== undefined,
  );

/** Requests and limits of the store's own container. */
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

/** The volume of each pod, as the chart of either distribution has it. */
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

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Whether passwords of a running store are being replaced: the Jobs, Secrets and restarts wait for each other. */
export function isRotating(
  { deployed, stores }: Pick<PlanContext, "deployed" | "stores">,
  name: string,
): boolean {
  const store = deployedStore(deployed, name);
  return store !== undefined && (own(stores, name)?.generation ?? 1) > store.finished;
}

/** Whether the Jobs of the current generation are there, done. */
export function wasRotated(
  { deployed, stores }: Pick<PlanContext, "deployed" | "stores">,
  name: string,
): boolean {
  return own(deployed, rotationReleases(name, own(stores, name)?.generation ?? 1).end) !== undefined;
}
