/** What an interrupted update has created and neither the state nor a pending operation has. */
import { OWNER, OWNER_ID } from "../../../src/plan/labels";
import type { LiveObject } from "../../../src/runtime/foreign-objects";
import { COMPONENT_TYPES, KUBERNETES_PROVIDER } from "../../../src/runtime/resource-types";
import { recordedId } from "../../../src/runtime/state";
import type { LiveNamespace } from "../../../src/runtime/verify-cluster";
import type { ManifestObject } from "../diff/manifests";
import { secretOf } from "../revealed";
import {
  byUrn,
  type ExportedResource,
  type ExportedState,
  kindOfType,
  NAMESPACE,
  operationsOf,
  type PendingOperation,
  resourcesOf,
  SECRET,
} from "../state";
import { isCreation } from "./operations";
import type { Addition, Part } from "./situation";

/** A planned object outside releases that the cluster has and the state does not. */
export interface Unrecorded {
  type: string;
  /** Name of its resource. */
  name: string;
  /** Its id in a state. */
  id: string;
  live: LiveObject;
  /** The labels that the stack gives it. */
  labels: Readonly<Record<string, string>>;
  /** For a Secret: whether it has exactly the generated passwords that the state has. Default: it has none. */
  hasPasswords?: boolean;
}

/** Returns the ID of a stack. Until a first update records it, the operation that creates the namespace has it. */
export function idIn(state: ExportedState): string | undefined {
  const creating = operationsOf(state).find(
    (operation) => isCreation(operation) && operation.resource.type === NAMESPACE,
  );
  const { annotations } = (creating?.resource.inputs?.metadata ?? {}) as Partial<LiveNamespace>;
  return recordedId(byUrn(resourcesOf(state))) ?? annotations?.[OWNER_ID];
}

/** Returns what to do about unrecorded objects in a namespace that the stack has created. */
export const unrecordedParts = (state: ExportedState, objects: readonly Unrecorded[]): Part[] =>
  objects.filter(isOfStack).map(({ type, name, id, live, hasPasswords }) => {
    const text = `${kindOfType(type)} ${live.metadata.name}`;
    const component = type === SECRET ? COMPONENT_TYPES.credentials : COMPONENT_TYPES.namespace;
    const parent = parentIn(state, (resource) => resource.type === component);
    const found = [`${text} exists, but is missing from the state`];
    // With other passwords in the state, the next update would replace those that existing data has.
    if (parent === undefined || hasPasswords === false) return { found, unknown: [text] };
    return { found, additions: [{ type, name, id, parent }] };
  });

/** Returns the URN that a resource gets. */
export function urnOf({ parent, type, name }: Addition): string {
  const [stack, project, types] = parent.split("::");
  return `${stack}::${project}::${types}$${type}::${name}`;
}

/** An object as text: its kind and its name in the cluster. */
export const additionText = ({ type, id }: Addition): string => `${kindOfType(type)} ${id.split("/").at(-1)}`;

/** The URN of a component; undefined if nothing can be added to it, because the provider is missing. */
function parentIn(
  state: ExportedState,
  isParent: (resource: ExportedResource) => boolean,
): string | undefined {
  const resources = resourcesOf(state);
  const hasProvider = resources.some(({ type, delete: isGoing }) => type === KUBERNETES_PROVIDER && !isGoing);
  return hasProvider ? resources.find(isParent)?.urn : undefined;
}

/** The name of the field manager that has created an object. */
const creatorOf = ({ metadata: { managedFields = [] } }: LiveObject): string | undefined =>
  managedFields.find(({ subresource }) => subresource === undefined)?.manager;

/**
 * Returns the resource of an object that the state does not have. `planned` is the object as the plan has it. The next update
 * updates it, whatever the state says about it, as the field manager that has created it: another one could not change it.
 */
export function resourceOf(
  addition: Addition,
  {
    planned,
    live,
    provider,
    why,
  }: { planned: ManifestObject; live: LiveObject; provider: ExportedResource; why: string },
): ExportedResource {
  const { metadata } = live;
  const { data } = live as { data?: unknown };
  const owner = Object.entries(metadata.annotations ?? {}).filter(([key]) => [OWNER, OWNER_ID].includes(key));
  return {
    urn: urnOf(addition),
    type: addition.type,
    custom: true,
    id: addition.id,
    inputs: {
      ...planned,
      metadata: {
        ...planned.metadata,
        ...(owner.length === 0 ? {} : { annotations: Object.fromEntries(owner) }),
      },
      ...(data === undefined ? {} : { data: secretOf(data) }),
    },
    outputs: outputsOf(live),
    parent: addition.parent,
    provider: `${provider.urn}::${provider.id}`,
    initErrors: [why],
  };
}

/** Returns an object as a state has it: the value of a Secret is encrypted, and its field manager is kept. */
function outputsOf(live: LiveObject): Record<string, unknown> {
  const { managedFields: _, ...metadata } = live.metadata;
  const { data, ...found } = { ...live, metadata } as ManifestObject & { data?: unknown };
  return {
    ...found,
    ...(data === undefined ? {} : { data: secretOf(data) }),
    __initialApiVersion: found.apiVersion,
    __fieldManager: creatorOf(live),
  };
}

/** Returns the resource of an operation that created an object or a release with this id. Releases have no object of their own. */
export const createdResource = (
  { resource }: PendingOperation,
  { id, live, why }: { id: string; live?: LiveObject; why: string },
): ExportedResource => ({
  ...resource,
  id,
  outputs: live === undefined ? { ...resource.inputs } : outputsOf(live),
  initErrors: [why],
});

/** Whether Pulumi has created an object for this application and nothing else manages it. */
function isOfStack({ live, labels }: Unrecorded): boolean {
  const { metadata } = live;
  const { labels: found = {}, ownerReferences = [], deletionTimestamp } = metadata;
  return (
    creatorOf(live)?.startsWith("pulumi-kubernetes") === true &&
    deletionTimestamp === undefined &&
    ownerReferences.length === 0 &&
    Object.entries(labels).every(([key, value]) => found[key] === value)
  );
}
