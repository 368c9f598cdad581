/** Compares the namespace of a stack with the cluster, before an update. */
import { othersNamespace } from "../config/namespace";
import { FlotillaError, type Problem } from "../model/problems";
import { ADOPTED, OWNER, OWNER_ID, type Owner } from "../plan/labels";
import type { Ask } from "./ask-cluster";
import type { DeployedNamespace } from "./state";
import { type LiveNamespace, readNamespace } from "./verify-cluster";

/** The stack that must own the namespace. */
export interface PlaceCheck {
  owner: Owner;
  stack: string;
  /** Whether the stack moves to this cluster. Default: false. */
  isMoving?: boolean;
  /** Whether the stack creates the namespace. Otherwise others own it. Default: true. */
  create?: boolean;
}

/** Returns why an update must not change a namespace, or undefined if it can. */
export function namespaceProblem(
  name: string,
  known: DeployedNamespace | undefined,
  live: LiveNamespace | undefined,
  { owner, stack, isMoving = false, create = true }: PlaceCheck,
): Problem | undefined {
  const where = `namespace ${name}`;
  if (!create && live === undefined)
    return {
      where,
      what: "the namespace does not exist, and flotilla:namespace.create is false",
      todo: `Create it: kubectl create namespace ${name}. Or let the stack create it: remove create: false from flotilla:namespace.`,
    };
  if (live?.isGoing) return terminatingProblem(name, stack);
  // A stack that only uses the namespace does not care who owns it or whether it was created again.
  if (!create) return undefined;
  const stranger = live && strangerOf(live, owner);
  if (stranger !== undefined)
    return {
      where,
      what: `the namespace belongs to stack ${ownerText(stranger)}, not to this stack, ${ownerText(owner)}`,
      todo: givenUpText(stack, name, stranger),
    };
  if (known === undefined && !isMoving && live !== undefined && isOwn(live, owner))
    return {
      where,
      what: "an interrupted update of this stack created the namespace and did not record it in the state",
      todo: `To repair the state: npx flotilla recover --stack ${stack}`,
    };
  if (known === undefined || isMoving)
    return live === undefined
      ? undefined
      : {
          where,
          what: isMoving
            ? "the namespace already exists in the cluster that the stack moves to"
            : "the namespace already exists, but is not in the stack's state",
          todo: isMoving
            ? `Delete it if it is not needed (kubectl delete namespace ${name} deletes its volumes), or cancel the move.`
            : `To take it over with everything that Flotilla or helm installed in it: npx flotilla adopt --stack ${stack} (shows the changes and asks)
    ${useText(name)}
    Or set flotilla:namespace to another name.`,
        };
  if (live === undefined)
    return {
      where,
      what: "the namespace is in the state, but not in the cluster",
      todo: `To recreate it with everything in it: npx flotilla up --stack ${stack}. Volumes start empty.`,
    };
  if (known.uid !== undefined && live.uid !== undefined && known.uid !== live.uid)
    return {
      where,
      what: "the namespace was deleted and recreated since the last update, and the objects in the state no longer exist",
      todo: `To see what still exists and repair the state: npx flotilla recover --stack ${stack}`,
    };
  return undefined;
}

const terminatingProblem = (name: string, stack: string): Problem => ({
  where: `namespace ${name}`,
  what: "the namespace is being deleted",
  todo: `Wait until it is gone (kubectl get namespace ${name}), then run: npx flotilla up --stack ${stack}`,
});

const useText = (name: string): string => `To use it without owning it: ${othersNamespace(name)}`;

/** Returns the other stack that owns a namespace. A namespace without an ID has no owner yet. */
export function strangerOf({ annotations }: LiveNamespace, { id: own }: { id?: string }): Owner | undefined {
  const id = annotations[OWNER_ID];
  return id === undefined || id === own ? undefined : { stack: annotations[OWNER] ?? "unknown", id };
}

/** Whether the stack with this ID created the namespace. */
export const isOwn = ({ annotations }: LiveNamespace, { id }: { id?: string }): boolean =>
  id !== undefined && annotations[OWNER_ID] === id && annotations[ADOPTED] === undefined;

/** Whether no stack created a namespace: it has no owner, or its owner took it over. */
export const isCreatedByOthers = ({ annotations }: LiveNamespace): boolean =>
  annotations[OWNER_ID] === undefined || annotations[ADOPTED] !== undefined;

/** Whether the cluster has the namespace, and no stack created it. */
export async function isOfOthers(ask: Ask, name: string): Promise<boolean> {
  const live = await readNamespace(ask, name);
  return live !== undefined && isCreatedByOthers(live);
}

/** Formats an owner for messages. */
export const ownerText = ({ stack, id }: Owner): string => `${stack} (id ${id})`;

/** Returns the remedy for a namespace that another stack owns. */
export const givenUpText = (stack: string, namespace: string, { id }: Owner): string =>
  `Use another flotilla:namespace for ${stack}.
    ${useText(namespace)}
    Only if the other stack's state is lost or no longer needed: npx flotilla adopt --stack ${stack} --given-up ${id}`;

/**
 * Checks the namespace before an update. Returns whether the cluster has it; true if it cannot be read.
 * @throws FlotillaError if the update must not change it.
 */
export async function checkNamespace(
  ask: Ask,
  name: string,
  known: DeployedNamespace | undefined,
  of: PlaceCheck & {
    /** Whether the namespace may be missing, because the update recreates lost objects. Default: false. */
    mayBeLost?: boolean;
  },
): Promise<boolean> {
  const answer = await ask(`/api/v1/namespaces/${encodeURIComponent(name)}`);
  // Without permission to read it, the update itself shows the API server's message.
  if ("unread" in answer) return true;
  const live = await readNamespace(async () => answer, name);
  if (live === undefined && of.mayBeLost && (of.create ?? true)) return false;
  const problem = namespaceProblem(name, known, live, of);
  if (problem) throw new FlotillaError([problem]);
  return live !== undefined;
}
