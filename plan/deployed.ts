/** What the stack's state says is deployed: read once at start, and handed to the plan as data. */
import type { Distribution, Settings } from "../config/schema";
import type { Profile, StoreKind } from "../model/application";
import { STORE_KINDS } from "../model/application";
import { own, STORE_PORTS } from "../model/graph";
import { rotationReleases } from "../model/names";
import type { Values } from "./plan";

/** A Helm release of the state. */
export interface DeployedRelease {
  kind: "store" | "service" | "job";
  /** The chart's path or URL. */
  chart: string;
  values: Values;
}

/** By release. Empty where nothing is deployed, and where nobody looked. */
export type Deployed = Record<string, DeployedRelease>;

/** What counts of a deployed store. */
export interface DeployedStore {
  kind?: StoreKind;
  distribution: Distribution;
  profile: Profile;
  storage?: string;
  /** How its pods start, which cannot be changed: rabbitmq. */
  podManagementPolicy?: string;
  clusterGeneration: number;
  rotation: RotationState;
}

/** How far the rotations of a store came. */
export interface RotationState {
  /** Generation that the store takes besides the one before it, or alone. */
  begun: number;
  /** Generation that is the only one. */
  finished: number;
  /** Whether there ever was a rotation, so that its releases are there. */
  ever: boolean;
}

/** Annotations of a store's pods that say which passwords they run with; a change restarts them. */
export const GENERATION = "flotilla.dev/generation";
export const CLUSTER_GENERATION = "flotilla.dev/cluster-key-generation";

/** What is deployed of a store, or undefined when nothing is. */
export function deployedStore(deployed: Deployed, name: string): DeployedStore | undefined {
  const release = own(deployed, name);
  if (release?.kind !== "store") return undefined;
  const { chart, values } = release;
  const distribution: Distribution = chart.endsWith("charts/store") ? "upstream" : "bitnami";
  const kind = STORE_KINDS.find((kind) =>
    distribution === "upstream"
      ? values.portName === STORE_PORTS[kind].protocol
      : new RegExp(`/${kind}(-[0-9][^/]*)?$`).test(chart),
  );
  const annotation = (key: string) => Number(annotationsOf(values)[key] ?? 1);
  const { begin, end } = rotationReleases(name);
  const generation = (job: string): number | undefined => {
    const env = own(deployed, job)?.values.env as Values | undefined;
    return env?.GENERATION === undefined ? undefined : Number(env.GENERATION);
  };
  const own_ = annotation(GENERATION);
  const finished = generation(end) ?? (generation(begin) === undefined ? own_ : (generation(begin) ?? 1) - 1);
  return {
    ...(kind === undefined ? {} : { kind }),
    distribution,
    profile: profileOfValues(values),
    ...storageOf(values),
    ...(typeof values.podManagementPolicy === "string"
      ? { podManagementPolicy: values.podManagementPolicy }
      : {}),
    clusterGeneration: annotation(CLUSTER_GENERATION),
    rotation: { begun: generation(begin) ?? own_, finished, ever: generation(begin) !== undefined },
  };
}

/** Bitnami's charts have them at the top, by role, or in sentinel mode by `replica`. */
function annotationsOf(values: Values): Values {
  const found = [values, values.primary, values.master, values.replica].map(
    (part) => (part as Values | undefined)?.podAnnotations as Values | undefined,
  );
  return found.find((annotations) => annotations !== undefined) ?? {};
}

function profileOfValues(values: Values): Profile {
  const replicated =
    ["replicaset", "replication"].includes(String(values.architecture)) || Number(values.replicaCount) > 1;
  return replicated ? "replicated" : "standalone";
}

function storageOf(values: Values): { storage?: string } {
  const parts = [values, values.primary, values.master, values.replica] as (Values | undefined)[];
  const sizes = [
    (values.storage as Values | undefined)?.size,
    ...parts.map((part) => (part?.persistence as Values | undefined)?.size),
  ];
  const size = sizes.find((value) => typeof value === "string");
  return typeof size === "string" ? { storage: size } : {};
}

/** Whether the store's passwords are changed by Jobs in this update, or were in an earlier one. */
export function isRotated(settings: Settings, deployed: Deployed, name: string): boolean {
  const store = deployedStore(deployed, name);
  if (!store) return false;
  return store.rotation.ever || (own(settings.stores, name)?.generation ?? 1) > store.rotation.finished;
}
