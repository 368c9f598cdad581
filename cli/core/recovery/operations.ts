/** The operations that Pulumi had begun when it was ended. */
import { idOf, type ManifestObject } from "../diff/manifests";
import { operationsOf, type PendingOperation, RELEASE, resourcesOf, resourceText } from "../state";
import type { Part, Situation } from "./situation";

/** Also one that a refresh was to take into the state, and did not. */
export const isCreation = ({ type }: PendingOperation): boolean =>
  type === "creating" || type === "importing";

/** Names of the releases that were being created. */
export const creatingIn = (operations: readonly PendingOperation[]): Set<string> =>
  new Set(
    operations
      .filter((operation) => isCreation(operation) && operation.resource.type === RELEASE)
      .map(({ resource }) => String(resource.inputs?.name)),
  );

/** What the operations of a state come to. */
export function operationParts({
  state,
  live,
  exists,
}: Pick<Situation, "state" | "live" | "exists">): Part[] {
  // What was lost is in the state all along: a second entry would be one too many.
  const known = new Set(resourcesOf(state).flatMap(({ urn, taint }) => (taint ? [urn] : [])));
  return operationsOf(state).map((operation) => {
    const { type, resource } = operation;
    const { urn } = resource;
    const text = resourceText(resource);
    const found = [`Pulumi was ${type} ${text} when it was ended`];
    if (!isCreation(operation))
      return {
        found,
        // Whether it is gone, and which revision it has by now, is for the cluster to say.
        targets: resource.type === RELEASE ? [urn] : [],
        again: type === "updating" ? [urn] : [],
      };
    const id = known.has(urn) ? undefined : importOf(operation, live, exists);
    if (id === undefined) return { found };
    return {
      found,
      will: [`take ${text}, which the cluster has, into the state`],
      imports: [{ urn, id }],
    };
  });
}

/** The id under which an object that was being made is there; undefined where it is not, or not whole. */
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
