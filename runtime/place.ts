/** Holds the namespace of a stack against the one in the cluster, before an update. */
import { FlotillaError, type Problem } from "../model/problems";
import { OWNER, OWNER_ID, type Owner } from "../plan/labels";
import type { Ask } from "./ask-cluster";
import { type LiveNamespace, readNamespace } from "./cluster";
import type { DeployedNamespace } from "./state";

/** Why an update must not touch a namespace; undefined where it may. */
export function namespaceProblem(
  name: string,
  known: DeployedNamespace | undefined,
  live: LiveNamespace | undefined,
  { owner, stack }: { owner: Owner; stack: string },
): Problem | undefined {
  const where = `namespace ${name}`;
  const stranger = live && strangerOf(live, owner);
  if (stranger !== undefined)
    return {
      where,
      what: `it belongs to stack ${ownerText(stranger)}, not to this one: ${ownerText(owner)}`,
      todo: givenUpText(stack, stranger),
    };
  if (known === undefined)
    return live === undefined
      ? undefined
      : {
          where,
          what: "it exists already, and the state of the stack does not know it",
          todo: `Set flotilla:namespace to another one; or take over what Flotilla or helm has installed there: npx flotilla adopt --stack ${stack}`,
        };
  if (live === undefined)
    return {
      where,
      what: "the state has it, and the cluster does not: it was deleted, with everything in it",
      todo: `Install everything again: npx flotilla up --stack ${stack}. It shows what comes back, and that volumes start empty.`,
    };
  if (live.isGoing)
    return {
      where,
      what: "it is being deleted",
      todo: `Wait until it is gone (kubectl get namespace ${name}), then: npx flotilla up --stack ${stack}`,
    };
  if (known.uid !== undefined && live.uid !== undefined && known.uid !== live.uid)
    return {
      where,
      what: "it was deleted and created again since the last update: what the state knows of it is gone",
      todo: `See what is left and repair the state: npx flotilla recover --stack ${stack}`,
    };
  return undefined;
}

/** The other stack that a namespace belongs to. A stack without an id of its own owns none yet. */
export function strangerOf({ annotations }: LiveNamespace, { id: own }: { id?: string }): Owner | undefined {
  const id = annotations[OWNER_ID];
  return id === undefined || id === own ? undefined : { stack: annotations[OWNER] ?? "unknown", id };
}

/** An owner in words. */
export const ownerText = ({ stack, id }: Owner): string => `${stack} (id ${id})`;

/** What to do about a namespace of another stack. */
export const givenUpText = (stack: string, { id }: Owner): string =>
  `Set flotilla:namespace of ${stack} to another one. Only if the state of the other stack is lost or given up for good: npx flotilla adopt --stack ${stack} --given-up ${id}`;

/** @throws FlotillaError when the update must not touch the namespace. */
export async function checkNamespace(
  ask: Ask,
  name: string,
  known: DeployedNamespace | undefined,
  of: { owner: Owner; stack: string },
): Promise<void> {
  const answer = await ask(`/api/v1/namespaces/${encodeURIComponent(name)}`);
  // Who has no right to look learns it from the API server.
  if ("unread" in answer) return;
  const problem = namespaceProblem(name, known, await readNamespace(async () => answer, name), of);
  if (problem) throw new FlotillaError([problem]);
}
