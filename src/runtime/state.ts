/** Reads a state from the engine or from `pulumi stack export`: releases, namespace, cluster. */
import type { ClusterIdentity } from "../model/cluster";
import { compact } from "../model/records";
import type {
  Deployed,
  DeployedGuarded,
  DeployedPlace,
  DeployedRelease,
  NamespaceOrigin,
} from "../plan/deployed";
import { ADOPTED, OWNER_ID } from "../plan/labels";
import { shortName } from "../plan/objects";
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

/** A resource in a state, with the fields that are read. */
export interface StateResource {
  type: string;
  outputs?: Record<string, unknown>;
}

/** The resources of a state, by URN. */
export type Resources = Record<string, StateResource>;

const find = (resources: Resources, type: string): StateResource | undefined =>
  Object.values(resources).find((resource) => resource.type === type);

/** Returns the kind of a release by its URN; undefined if no component of Flotilla owns it. */
export const kindOfRelease = (urn: string): DeployedRelease["kind"] | undefined =>
  kindOf(typesOfUrn(urn).at(-2));

/** Returns the kind of a component's release, by the component's type. */
const kindOf = (component: string | undefined): DeployedRelease["kind"] | undefined =>
  (Object.keys(RELEASE_COMPONENTS) as DeployedRelease["kind"][]).find(
    (kind) => RELEASE_COMPONENTS[kind] === component,
  );

/** Returns the releases in a state, by name. Their values are Flotilla's inputs, which contain no secrets. */
export function deployedReleases(resources: Resources): Deployed {
  const found = Object.entries(resources).flatMap(([urn, { type, outputs }]) => {
    const kind = kindOfRelease(urn);
    if (type !== RELEASE || kind === undefined) return [];
    const { name, chart, values, forceUpdate } = outputs ?? {};
    if (typeof name !== "string") return [];
    return [
      [
        name,
        {
          kind,
          chart: String(chart ?? ""),
          values: (values ?? {}) as Values,
          ...(forceUpdate === true ? { replaces: true as const } : {}),
        },
      ] as const,
    ];
  });
  return Object.fromEntries(found);
}

/** Returns the namespace of a release in a state. */
export function releaseNamespace(resources: Resources, name: string): string | undefined {
  const { outputs } =
    Object.values(resources).find(({ type, outputs }) => type === RELEASE && outputs?.name === name) ?? {};
  return typeof outputs?.namespace === "string" ? outputs.namespace : undefined;
}

/** Returns `hard` of the ResourceQuota in a state. */
export function deployedQuota(resources: Resources): Record<string, string> | undefined {
  return (find(resources, QUOTA)?.outputs?.spec as { hard?: Record<string, string> } | undefined)?.hard;
}

/** The namespace in a state. */
export interface DeployedNamespace {
  name: string;
  uid?: string;
  /** ID of the stack that owns it, from its annotation. */
  owner?: string;
  /** Whether the stack took it over from others. Default: the stack created it. */
  adopted?: true;
}

/** Returns the namespace in a state. */
export function deployedNamespace(resources: Resources): DeployedNamespace | undefined {
  const metadata = find(resources, NAMESPACE)?.outputs?.metadata as
    | { name?: string; uid?: string; annotations?: Record<string, string> }
    | undefined;
  if (typeof metadata?.name !== "string") return undefined;
  const { name, uid, annotations } = metadata;
  const owner = annotations?.[OWNER_ID];
  // No owner although the stack has an ID: an update that took it over was interrupted.
  const isUnmarked = owner === undefined && applicationId(resources) !== undefined;
  const adopted = annotations?.[ADOPTED] !== undefined || isUnmarked ? (true as const) : undefined;
  return compact({ name, uid, owner, adopted });
}

/** Returns the cluster that the last update recorded. */
export const recordedCluster = (resources: Resources): ClusterIdentity | undefined =>
  find(resources, COMPONENT_TYPES.application)?.outputs?.cluster as ClusterIdentity | undefined;

/** Returns the ID of the stack, which marks the objects that it owns. Undefined before its first update. */
export function recordedId(resources: Resources): string | undefined {
  return applicationId(resources) ?? deployedNamespace(resources)?.owner;
}

function applicationId(resources: Resources): string | undefined {
  const id = find(resources, COMPONENT_TYPES.application)?.outputs?.id;
  return typeof id === "string" ? id : undefined;
}

/** Returns the provider's `clusterIdentifier`, which never changes. Undefined in states of older versions. */
export function providerIdentifier(resources: Resources): string | undefined {
  const identifiers = Object.values(resources)
    .filter(({ type }) => type === KUBERNETES_PROVIDER)
    .map(({ outputs }) => outputs?.clusterIdentifier);
  return identifiers.find((identifier): identifier is string => typeof identifier === "string");
}

/** Returns the objects in a state that belong to no release, such as `Secret/web-env`. */
export const deployedObjects = (resources: Resources): string[] =>
  Object.entries(resources).flatMap(([urn, { type, outputs }]) => {
    if (!type.startsWith("kubernetes:") || type === RELEASE) return [];
    const { name = nameOfUrn(urn) } = (outputs?.metadata ?? {}) as { name?: string };
    return [shortName({ kind: type.split(":").at(-1) as string, name })];
  });

/** Whether a state has objects in a cluster. */
export const isDeployed = (resources: Resources): boolean =>
  Object.values(resources).some(({ type }) => type.startsWith("kubernetes:"));

/** Returns the outputs of the stack's last update. */
export const stackOutputsIn = (resources: Resources): Record<string, unknown> =>
  find(resources, STACK)?.outputs ?? {};

/** Returns the names of the store Secrets and generated passwords in a state. */
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

/** Returns the namespace of the objects in a state, for a namespace that others own. */
function namespaceOfObjects(resources: Resources): string | undefined {
  const found = Object.values(resources)
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(
      ({ outputs }) =>
        outputs?.namespace ?? (outputs?.metadata as { namespace?: string } | undefined)?.namespace,
    );
  return found.find((namespace): namespace is string => typeof namespace === "string");
}

/** Returns the namespace, application and environment of a state. */
export function deployedPlace(resources: Resources): DeployedPlace | undefined {
  const namespace = deployedNamespace(resources)?.name ?? namespaceOfObjects(resources);
  if (namespace === undefined) return undefined;
  // In a program that uses the components, the component has these outputs, not the stack.
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

/** Returns the facts in a state about the stack's cluster. */
export function knownCluster(resources: Resources): KnownCluster {
  return compact({
    recorded: recordedCluster(resources),
    namespace: deployedNamespace(resources),
    isDeployed: isDeployed(resources),
  });
}

const originOf = (namespace: DeployedNamespace | undefined): NamespaceOrigin | undefined =>
  namespace && (namespace.adopted ? "adopted" : "created");

/** The parts of a state that planning and checks need. */
export interface DeployedState {
  deployed: Deployed;
  deployedQuota?: Record<string, string>;
  deployedGuarded: DeployedGuarded;
  deployedPlace?: DeployedPlace;
  deployedNamespace?: NamespaceOrigin;
  /** The objects that belong to no release, such as `Secret/web-env`. */
  objects: string[];
  cluster: KnownCluster;
  /** The provider's `clusterIdentifier`. */
  identifier?: string;
  /** The ID of the stack. */
  id?: string;
}

/** Reads a state from its resources. */
export function stateIn(resources: Resources): DeployedState {
  return compact({
    deployed: deployedReleases(resources),
    deployedGuarded: deployedGuarded(resources),
    deployedQuota: deployedQuota(resources),
    deployedPlace: deployedPlace(resources),
    deployedNamespace: originOf(deployedNamespace(resources)),
    objects: deployedObjects(resources),
    cluster: knownCluster(resources),
    identifier: providerIdentifier(resources),
    id: recordedId(resources),
  });
}
