/** What a state lists and its cluster has lost: releases that helm does not know, objects that were deleted. */
import type { ManifestObject } from "../core/diff/manifests";
import { revealed } from "../core/revealed";
import {
  type ExportedResource,
  kindOfType,
  NAMESPACE,
  pendingDeletes,
  presentProvider,
  RELEASE,
  SECRET,
} from "../core/state";
import { editState } from "./edit";
import { existing } from "./existing";
import type { Kubectl } from "./kubectl";
import { edit } from "./marks";
import type { LiveRelease } from "./releases";

/** Resources of a state that live in the cluster, those that wait to be deleted left out. */
const inCluster = (resources: readonly ExportedResource[]): ExportedResource[] =>
  resources.filter((resource) => resource.type.startsWith("kubernetes:") && !resource.delete);

/** The resources whose object or release the cluster does not have. */
export async function readLost(
  kubectl: Kubectl,
  resources: readonly ExportedResource[],
  live: Readonly<Record<string, LiveRelease>>,
): Promise<ExportedResource[]> {
  const objects = new Set(await readLostObjects(kubectl, resources));
  return inCluster(resources).filter((resource) =>
    resource.type === RELEASE ? live[nameIn(resource)] === undefined : objects.has(resource),
  );
}

/** The resources that belong to no release and whose object the cluster does not have. */
export async function readLostObjects(
  kubectl: Kubectl,
  resources: readonly ExportedResource[],
): Promise<ExportedResource[]> {
  const objects = inCluster(resources).filter((resource) => resource.type !== RELEASE && isBuiltIn(resource));
  const manifests = objects.map(manifestOf);
  const found = new Set(await existing(kubectl, manifests));
  return objects.filter((_, index) => !found.has(manifests[index] as ManifestObject));
}

/** What a cluster has lost, in words. */
export function lostText(lost: readonly ExportedResource[]): string {
  const namespace = lost.find(({ type }) => type === NAMESPACE);
  const what =
    namespace === undefined
      ? lost.map((resource) => `${kindOfType(resource.type)} ${nameIn(resource)}`).join(", ")
      : `namespace ${nameIn(namespace)} with all that was in it, volumes included`;
  return `the cluster has lost ${what}`;
}

/** Lost resources as data, by the names that the cluster knew. */
export const lostJson = (lost: readonly ExportedResource[]) =>
  lost.map((resource) => ({ kind: kindOfType(resource.type), name: nameIn(resource) }));

/** The name in the cluster, which may be another than the resource's own. */
const nameIn = (resource: ExportedResource): string =>
  String(resource.type === RELEASE ? resource.inputs?.name : manifestOf(resource).metadata?.name);

/** Of a kind that every cluster serves; others, such as an ExternalSecret, `flotilla drift` looks at. */
const isBuiltIn = ({ type }: ExportedResource): boolean =>
  /^kubernetes:(core|networking\.k8s\.io|helm\.sh)\//.test(type);

const manifestOf = ({ inputs }: ExportedResource): ManifestObject => revealed(inputs) as ManifestObject;

/**
 * Has the next update create resources again that the cluster has lost. They stay in the state until that is done: the engine
 * creates each beside its entry (`taint`), and then takes the entry away without a deletion in the cluster (`retainOnDelete`).
 */
export const markLost = (stack: string, urns: readonly string[]): Promise<void> =>
  edit(stack, urns, (resource) => {
    resource.taint = true;
    resource.retainOnDelete = true;
    resource.protect = false;
  });

/** Resources that are marked to be created again. */
export const markedOf = (resources: readonly ExportedResource[]): ExportedResource[] =>
  resources.filter(({ taint, retainOnDelete, delete: isGoing }) => taint && retainOnDelete && !isGoing);

/** Takes the marks back of resources that the cluster has; the next update protects them again. */
export const unmarkFound = (stack: string, urns: readonly string[]): Promise<void> =>
  edit(stack, urns, (resource) => {
    delete resource.taint;
    if (resource.type !== SECRET) delete resource.retainOnDelete;
  });

/** Takes those out of the state, with whatever refers to them alone. Nothing is deleted in a cluster. */
export async function dropPending(stack: string): Promise<void> {
  await editState(stack, ({ deployment }) => {
    if (deployment?.resources) deployment.resources = withoutPending(deployment.resources);
  });
}

/** The resources without those that wait to be deleted; what an earlier provider was to do, the present one does. */
export function withoutPending(resources: readonly ExportedResource[]): ExportedResource[] {
  const pending = new Set(pendingDeletes(resources));
  const left = resources.filter((resource) => !pending.has(resource));
  return left.map((resource) => {
    const provider = presentProvider(resource.provider, left);
    return provider === undefined ? resource : { ...resource, provider };
  });
}
