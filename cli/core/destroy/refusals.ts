/** Why a stack may not be destroyed. */
import { stackFileName } from "../../../src/config/stack-names";
import type { Destruction } from "./decide";

/** Returns why this command may not destroy a stack; undefined if it may. `ofState`: the environment at the last update. */
export function refusalOf(
  stack: string,
  { ofSettings, ofState }: { ofSettings?: string | undefined; ofState?: string | undefined },
): string | undefined {
  if (ofSettings === undefined && ofState === undefined)
    return `cannot tell whether stack ${stack} has environment prod: its settings are invalid, and its state does not name the environment. Nothing was deleted.
  Fix its settings first: npx flotilla check --stack ${stack}`;
  if (ofSettings !== "prod" && ofState !== "prod") return undefined;
  const where = ofSettings === "prod" ? `by ${stackFileName(stack)}` : "by its last update";
  return `stack ${stack} has environment prod (${where}), and this command does not destroy prod stacks. Nothing was deleted.
  If you do want to destroy it, back up every store and check that the backups can be restored. Then:
    pulumi state unprotect --all --stack ${stack}
    pulumi destroy --stack ${stack}`;
}

/** Returns what to do about a namespace that was recreated; undefined if the stack created all of them. */
export function recreatedNamespace(stack: string, { namespaces }: Destruction): string | undefined {
  const other = namespaces.find(({ fate }) => fate === "recreated");
  return (
    other &&
    `namespace ${other.name} is not the one that stack ${stack} created: its UID differs. Nothing was deleted.
  It was deleted and recreated. If everything in it belongs to ${stack}:
    npx flotilla recover --stack ${stack}
    npx flotilla destroy --stack ${stack}`
  );
}
