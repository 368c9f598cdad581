/** What a state says of its Helm releases: the same from the engine and from `pulumi stack export`. */
import type { ClusterIdentity } from "../model/cluster";
import { compact } from "../model/records";
import type { Deployed, DeployedGuarded, DeployedPlace, DeployedRelease } from "../plan/deployed";
import { OWNER_ID } from "../plan/labels";
import type { Values } from "../plan/plan";
import {
  COMPONENT_TYPES,
  KUBERNETES_PROVIDER,
  NAMESPACE,
  PASSWORD,
  QUOTA,
  RELEASE,
  RELEASE_COMPONENTS,
  SECRET,
  STACK,
} from "./resource-types";
import { nameOfUrn, typesOfUrn } from "./urn";
import type { KnownCluster } from "./verify-cluster";

/** The part of a resource in a state that is looked at. */
export interface StateResource {
  type: string;
  outputs?: Record<string, unknown>;
}

/** The resources of a state, by URN. */
export type Resources = Record<string, StateResource>;

const find = (resources: Resources, type: string): StateResource | undefined =>
  Object.values(resources).find((resource) => resource.type === type);

/** The kind of release that a component of a type has. */
const kindOf = (component: string | undefined): DeployedRelease["kind"] | undefined =>
  (["store", "service", "job"] as const).find((kind) => RELEASE_COMPONENTS[kind] === component);

/** The releases of a state, by name. Of their values those that come from Flotilla: none of them is secret. */
export function deployedReleases(resources: Resources): Deployed {
  const found = Object.entries(resources).flatMap(([urn, { type, outputs }]) => {
    const kind = kindOf(typesOfUrn(urn).at(-2));
    if (type !== RELEASE || kind === undefined) return [];
    const { name, chart, values } = outputs ?? {};
    if (typeof name !== "string") return [];
    return [[name, { kind, chart: String(chart ?? ""), values: (values ?? {}) as Values }] as const];
  });
  return Object.fromEntries(found);
}

/** `hard` of the quota of a state. */
export function deployedQuota(resources: Resources): Record<string, string> | undefined {
  return (find(resources, QUOTA)?.outputs?.spec as { hard?: Record<string, string> } | undefined)?.hard;
}

/** The namespace of a state. */
export interface DeployedNamespace {
  name: string;
  uid?: string;
  /** Id of the stack that it says it belongs to. */
  owner?: string;
}

/** The namespace that a state has deployed. */
export function deployedNamespace(resources: Resources): DeployedNamespace | undefined {
  const metadata = find(resources, NAMESPACE)?.outputs?.metadata as
    | { name?: string; uid?: string; annotations?: Record<string, string> }
    | undefined;
  if (typeof metadata?.name !== "string") return undefined;
  const { name, uid, annotations } = metadata;
  return compact({ name, uid, owner: annotations?.[OWNER_ID] });
}

/** The cluster that the last update recorded. */
export const recordedCluster = (resources: Resources): ClusterIdentity | undefined =>
  find(resources, COMPONENT_TYPES.application)?.outputs?.cluster as ClusterIdentity | undefined;

/** The stack's own id, by which what it deploys is told from what others deploy. None before its first update. */
export function recordedId(resources: Resources): string | undefined {
  const id = find(resources, COMPONENT_TYPES.application)?.outputs?.id;
  return typeof id === "string" ? id : deployedNamespace(resources)?.owner;
}

/** The provider's `clusterIdentifier`, which never changes. None in states of older versions. */
export function providerIdentifier(resources: Resources): string | undefined {
  const identifiers = Object.values(resources)
    .filter(({ type }) => type === KUBERNETES_PROVIDER)
    .map(({ outputs }) => outputs?.clusterIdentifier);
  return identifiers.find((identifier): identifier is string => typeof identifier === "string");
}

/** Whether a state has anything that is in a cluster. */
export const isDeployed = (resources: Resources): boolean =>
  Object.values(resources).some(({ type }) => type.startsWith("kubernetes:"));

/** What the stack said of itself at the end of its last update. */
export const stackOutputsIn = (resources: Resources): Record<string, unknown> =>
  find(resources, STACK)?.outputs ?? {};

/** The store Secrets and the generated passwords of a state. */
export function deployedGuarded(resources: Resources): DeployedGuarded {
  const named = (type: string) =>
    Object.entries(resources).flatMap(([urn, resource]) => (resource.type === type ? [nameOfUrn(urn)] : []));
  const stores = deployedReleases(resources);
  return {
    secrets: named(SECRET).filter(
      (name) => stores[name.replace(/-auth$/, "")]?.kind === "store" && name.endsWith("-auth"),
    ),
    passwords: named(PASSWORD),
  };
}

/** Where a state has deployed what. */
export function deployedPlace(resources: Resources): DeployedPlace | undefined {
  const namespace = deployedNamespace(resources)?.name;
  if (namespace === undefined) return undefined;
  // A component that deploys by itself says it, not the stack.
  const { application, environment } = {
    ...stackOutputsIn(resources),
    ...find(resources, COMPONENT_TYPES.application)?.outputs,
  };
  return {
    namespace,
    ...(typeof application === "string" ? { application } : {}),
    ...(typeof environment === "string" ? { environment } : {}),
  };
}

/** What the state says of the stack's cluster. */
export function knownCluster(resources: Resources): KnownCluster {
  return compact({
    recorded: recordedCluster(resources),
    namespace: deployedNamespace(resources),
    isDeployed: isDeployed(resources),
  });
}

/** What a state says. */
export interface DeployedState {
  deployed: Deployed;
  deployedQuota?: Record<string, string>;
  deployedGuarded: DeployedGuarded;
  deployedPlace?: DeployedPlace;
  cluster: KnownCluster;
  /** The provider's `clusterIdentifier`. */
  identifier?: string;
  /** The stack's id. */
  id?: string;
}

/** What the resources of a state say. */
export function stateIn(resources: Resources): DeployedState {
  return compact({
    deployed: deployedReleases(resources),
    deployedGuarded: deployedGuarded(resources),
    deployedQuota: deployedQuota(resources),
    deployedPlace: deployedPlace(resources),
    cluster: knownCluster(resources),
    identifier: providerIdentifier(resources),
    id: recordedId(resources),
  });
}
