/** Compares the namespace of a stack with the one in the cluster, before an update. */
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
  /** Whether the stack moves to this cluster. Default false. */
  isMoving?: boolean;
  /** Whether the stack creates the namespace. Otherwise others own it. Default true. */
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
      what: "it does not exist, and flotilla:namespace.create is false: the stack does not create it",
      todo: `Create it: kubectl create namespace ${name}. Or let the stack create it: take create: false out of flotilla:namespace.`,
    };
  if (live?.isGoing) return goingProblem(name, stack);
  // Whoever owns it, and whether it is another one by now, is no concern of a stack that only uses it.
  if (!create) return undefined;
  const stranger = live && strangerOf(live, owner);
  if (stranger !== undefined)
    return {
      where,
      what: `it belongs to stack ${ownerText(stranger)}, not to this one: ${ownerText(owner)}`,
      todo: givenUpText(stack, name, stranger),
    };
  if (known === undefined || isMoving)
    return live === undefined
      ? undefined
      : {
          where,
          what: isMoving
            ? "it exists already in the cluster that the stack moves to"
            : "it exists already, and the state of the stack does not know it",
          todo: isMoving
            ? `Delete it there if nobody needs it (kubectl delete namespace ${name} deletes its volumes), or take the move back.`
            : `To take it over, with what Flotilla or helm has installed in it: npx flotilla adopt --stack ${stack}, which shows the changes and asks
    ${useText(name)}
    Or set flotilla:namespace to another name.`,
        };
  if (live === undefined)
    return {
      where,
      what: "the state lists it, but the cluster does not have it",
      todo: `To create it again with everything in it: npx flotilla up --stack ${stack}. Volumes start empty.`,
    };
  if (known.uid !== undefined && live.uid !== undefined && known.uid !== live.uid)
    return {
      where,
      what: "it was deleted and created again since the last update: what the state knows of it is gone",
      todo: `See what is left and repair the state: npx flotilla recover --stack ${stack}`,
    };
  return undefined;
}

const goingProblem = (name: string, stack: string): Problem => ({
  where: `namespace ${name}`,
  what: "it is being deleted",
  todo: `Wait until it is gone (kubectl get namespace ${name}), then: npx flotilla up --stack ${stack}`,
});

const useText = (name: string): string => `To use it and leave it to its owner: ${othersNamespace(name)}`;

/** Returns the other stack that owns a namespace. A namespace without an id has no owner yet. */
export function strangerOf({ annotations }: LiveNamespace, { id: own }: { id?: string }): Owner | undefined {
  const id = annotations[OWNER_ID];
  return id === undefined || id === own ? undefined : { stack: annotations[OWNER] ?? "unknown", id };
}

/** Whether no stack has created a namespace: it has no owner, or one that has taken it over. */
export const isMadeByOthers = ({ annotations }: LiveNamespace): boolean =>
  annotations[OWNER_ID] === undefined || annotations[ADOPTED] !== undefined;

/** Whether the cluster has the namespace, and no stack has created it. */
export async function isOfOthers(ask: Ask, name: string): Promise<boolean> {
  const live = await readNamespace(ask, name);
  return live !== undefined && isMadeByOthers(live);
}

/** An owner, for messages. */
export const ownerText = ({ stack, id }: Owner): string => `${stack} (id ${id})`;

/** What to do about a namespace that another stack owns. */
export const givenUpText = (stack: string, namespace: string, { id }: Owner): string =>
  `Give ${stack} another flotilla:namespace.
    ${useText(namespace)}
    Only if the state of the other stack is lost or given up for good: npx flotilla adopt --stack ${stack} --given-up ${id}`;

/**
 * Checks the namespace before an update. Returns whether the cluster has it, as far as it can be read.
 * @throws FlotillaError if the update must not change it.
 */
export async function checkNamespace(
  ask: Ask,
  name: string,
  known: DeployedNamespace | undefined,
  of: PlaceCheck & {
    /** Whether the namespace can be missing, because the update creates lost objects again. Default: false. */
    mayBeLost?: boolean;
  },
): Promise<boolean> {
  const answer = await ask(`/api/v1/namespaces/${encodeURIComponent(name)}`);
  // Without the right to read it, the update itself shows the API server's message.
  if ("unread" in answer) return true;
  const live = await readNamespace(async () => answer, name);
  if (live === undefined && of.mayBeLost && (of.create ?? true)) return false;
  const problem = namespaceProblem(name, known, live, of);
  if (problem) throw new FlotillaError([problem]);
  return live !== undefined;
}
