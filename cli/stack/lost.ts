/** Resources in a state that the cluster has lost: releases that Helm does not have, and deleted objects. */
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

/** The resources of a state that are in the cluster, without those pending deletion. */
const inCluster = (resources: readonly ExportedResource[]): ExportedResource[] =>
  resources.filter((resource) => resource.type.startsWith("kubernetes:") && !resource.delete);

/** Returns the resources whose object or release the cluster does not have. */
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

/** Returns the resources outside releases whose object the cluster does not have. */
export async function readLostObjects(
  kubectl: Kubectl,
  resources: readonly ExportedResource[],
): Promise<ExportedResource[]> {
  const objects = inCluster(resources).filter((resource) => resource.type !== RELEASE && isBuiltIn(resource));
  const manifests = objects.map(manifestOf);
  const found = new Set(await existing(kubectl, manifests));
  return objects.filter((_, index) => !found.has(manifests[index] as ManifestObject));
}

/** The message about lost resources. */
export function lostText(lost: readonly ExportedResource[]): string {
  const namespace = lost.find(({ type }) => type === NAMESPACE);
  const what =
    namespace === undefined
      ? lost.map((resource) => `${kindOfType(resource.type)} ${nameIn(resource)}`).join(", ")
      : `namespace ${nameIn(namespace)} and everything in it, volumes included`;
  return `the cluster has lost ${what}`;
}

/** Lost resources as data, by their names in the cluster. */
export const lostJson = (lost: readonly ExportedResource[]) =>
  lost.map((resource) => ({ kind: kindOfType(resource.type), name: nameIn(resource) }));

/** The name in the cluster, which may differ from the resource's own. */
const nameIn = (resource: ExportedResource): string =>
  String(resource.type === RELEASE ? resource.inputs?.name : manifestOf(resource).metadata?.name);

/** Whether every cluster serves the kind; others, such as ExternalSecret, are checked by `flotilla drift`. */
const isBuiltIn = ({ type }: ExportedResource): boolean =>
  /^kubernetes:(core|networking\.k8s\.io|helm\.sh)\//.test(type);

const manifestOf = ({ inputs }: ExportedResource): ManifestObject => revealed(inputs) as ManifestObject;

/**
 * Marks lost resources so that the next update recreates them. They stay in the state until then: the engine creates a replacement
 * for each entry (`taint`) and then removes the entry without a deletion in the cluster (`retainOnDelete`).
 */
export const markLost = (stack: string, urns: readonly string[]): Promise<void> =>
  edit(stack, urns, (resource) => {
    resource.taint = true;
    resource.retainOnDelete = true;
    resource.protect = false;
  });

/** Returns the resources that are marked for recreation. */
export const markedOf = (resources: readonly ExportedResource[]): ExportedResource[] =>
  resources.filter(({ taint, retainOnDelete, delete: isGoing }) => taint && retainOnDelete && !isGoing);

/** Removes the marks of resources that exist again; the next update protects them again. */
export const unmarkFound = (stack: string, urns: readonly string[]): Promise<void> =>
  edit(stack, urns, (resource) => {
    delete resource.taint;
    if (resource.type !== SECRET) delete resource.retainOnDelete;
  });

/** Removes resources pending deletion from the state. Nothing is deleted in a cluster. */
export async function dropPending(stack: string): Promise<void> {
  await editState(stack, ({ deployment }) => {
    if (deployment?.resources) deployment.resources = withoutPending(deployment.resources);
  });
}

/** Returns the resources without those pending deletion; references to an earlier provider are changed to the current one. */
export function withoutPending(resources: readonly ExportedResource[]): ExportedResource[] {
  const pending = new Set(pendingDeletes(resources));
  const left = resources.filter((resource) => !pending.has(resource));
  return left.map((resource) => {
    const provider = presentProvider(resource.provider, left);
    return provider === undefined ? resource : { ...resource, provider };
  });
}
