/** The operations that were pending when Pulumi was interrupted. */
import { idOf, type ManifestObject } from "../diff/manifests";
import { operationsOf, type PendingOperation, RELEASE, resourcesOf, resourceText } from "../state";
import type { Part, Situation } from "./situation";

/** Whether an operation creates a resource, or imports one that a refresh did not get to. */
export const isCreation = ({ type }: PendingOperation): boolean =>
  type === "creating" || type === "importing";

/** Names of the releases that were being created. */
export const creatingIn = (operations: readonly PendingOperation[]): Set<string> =>
  new Set(
    operations
      .filter((operation) => isCreation(operation) && operation.resource.type === RELEASE)
      .map(({ resource }) => String(resource.inputs?.name)),
  );

/** Returns what to do about the pending operations of a state. */
export function operationParts({
  state,
  live,
  exists,
}: Pick<Situation, "state" | "live" | "exists">): Part[] {
  // Lost resources are already in the state: importing them would duplicate them.
  const known = new Set(resourcesOf(state).flatMap(({ urn, taint }) => (taint ? [urn] : [])));
  return operationsOf(state).map((operation) => {
    const { type, resource } = operation;
    const { urn } = resource;
    const text = resourceText(resource);
    const found = [`Pulumi was interrupted while ${type} ${text}`];
    if (!isCreation(operation))
      return {
        found,
        // A refresh finds out whether it still exists and which revision it has.
        targets: resource.type === RELEASE ? [urn] : [],
        again: type === "updating" ? [urn] : [],
      };
    const id = known.has(urn) ? undefined : importOf(operation, live, exists);
    if (id === undefined) return { found };
    return {
      found,
      will: [`import ${text}, which the cluster has, into the state`],
      imports: [{ urn, id }],
    };
  });
}

/** The id of an object that was being created; undefined if it does not exist or is incomplete. */
function importOf(
  { resource }: PendingOperation,
  live: Situation["live"],
  exists: Situation["exists"],
): string | undefined {
  if (resource.type === RELEASE) {
    const name = String(resource.inputs?.name);
    return live[name]?.newest.status === "deployed" ? `${resource.inputs?.namespace}/${name}` : undefined;
  }
  return exists[resource.urn] ? idOf((resource.inputs ?? {}) as ManifestObject) : undefined;
}
