/** Why a stack may not be destroyed. */
import { stackFileName } from "../../../src/config/stack-names";
import type { Destruction } from "./decide";

/** Why a stack may not be destroyed by this command; undefined where it may. `ofState`: the environment when it was updated last. */
export function refusalOf(
  stack: string,
  { ofSettings, ofState }: { ofSettings?: string | undefined; ofState?: string | undefined },
): string | undefined {
  if (ofSettings === undefined && ofState === undefined)
    return `nothing tells whether stack ${stack} is of environment prod: its settings are not valid, and its state does not say. Nothing was deleted.
  Fix its settings first: npx flotilla check --stack ${stack}`;
  if (ofSettings !== "prod" && ofState !== "prod") return undefined;
  const where = ofSettings === "prod" ? `by ${stackFileName(stack)}` : "by its last update";
  return `stack ${stack} is of environment prod (${where}), and this command destroys none of those. Nothing was deleted.
  To destroy it knowingly, take a backup of every store and check that it can be restored. Then:
    pulumi state unprotect --all --stack ${stack}
    pulumi destroy --stack ${stack}`;
}

/** What to do where a namespace of the stack's name is not the stack's; undefined where each is. */
export function strangeNamespace(stack: string, { namespaces }: Destruction): string | undefined {
  const other = namespaces.find(({ fate }) => fate === "recreated");
  return (
    other &&
    `namespace ${other.name} is not the one that stack ${stack} created: its UID differs. Nothing was deleted.
  Somebody deleted the namespace and created it again. If everything in it belongs to ${stack}:
    npx flotilla recover --stack ${stack}
    npx flotilla destroy --stack ${stack}`
  );
}
