/** Why an update does not begin. */
import type { Settings } from "../../src/config/schema";
import { plural } from "../../src/model/plural";
import { unguarded, unguardedText } from "../core/diff/guard";
import { refusedChanges } from "../core/diff/refused";
import { operationsOf } from "../core/state";
import { ToolError } from "../tools/failure";
import { RAILS } from "./comparison/renderer";
import type { Comparison } from "./comparison/sides";
import { exportState } from "./engine";
import { failsForLost, refusedByEngine } from "./engine-preview";
import { readLocks } from "./locks";
import { PROJECT_NAME } from "./project";

/** Runs before the difference, which takes a while and would be out of date. @throws ToolError when the stack is locked. */
export async function refuseWhileLocked(stack: string): Promise<void> {
  const [lock] = (await readLocks(PROJECT_NAME, stack)) ?? [];
  if (lock === undefined) return;
  throw new ToolError(
    `the stack ${stack} is locked by ${lock.by}\n  Wait until that update has ended. If it was interrupted: npx flotilla recover --stack ${stack}`,
  );
}

/** @throws ToolError when the update must not begin. */
export function refuseUpdate(stack: string, comparison: Comparison, settings: Settings): void {
  const { changes, pending = [], steps = [], blocked = [] } = comparison;
  const refused = engineRefusal(comparison, settings);
  if (pending.length > 0)
    throw new ToolError(
      `an earlier update replaced ${plural(pending.length, "resource")} and did not delete the old ${pending.length === 1 ? "one" : "ones"}. This update would delete ${pending.length === 1 ? "it" : "them"}.\n  See what it is, and let the state forget it: npx flotilla recover --stack ${stack}`,
    );
  const lostOnes = unguarded(steps);
  if (lostOnes.length > 0)
    throw new ToolError(
      `this update would ${unguardedText(lostOnes)}, and no update of Flotilla does that: data would be lost. Nothing was changed.\n  If the kubeconfig or the context changed: update once with the old one. See pulumi preview --diff --stack ${stack}`,
    );
  if (blocked.length > 0)
    throw new ToolError(
      `what the update would create exists already in the cluster, as named above. Nothing was changed.${refused === undefined ? "" : `\n${refused}`}`,
    );
  if (refusedChanges(changes, RAILS).length > 0)
    throw new ToolError(
      `the API server would refuse the changes named above in the middle of the update. Nothing was changed.${refused === undefined ? "" : `\n${refused}`}`,
    );
  if (refused !== undefined) throw refusedByEngine(stack, refused);
}

/** Returns why the engine refuses an update, unless `flotilla up` settles that before it starts the engine. */
export function engineRefusal(
  { refused, lost = [] }: Comparison,
  { allowDeletion }: Pick<Settings, "allowDeletion">,
): string | undefined {
  if (refused === undefined || failsForLost(refused, lost)) return undefined;
  // What the settings let go is still protected in the state; that is taken off before the update.
  return allowDeletion.length > 0 && PROTECTED.test(refused) ? undefined : refused;
}

/** A state that is changed here loses the operations that are under way in it. @throws ToolError where there are any. */
export async function refuseHalfDone(stack: string): Promise<void> {
  if (operationsOf(await exportState(stack)).length > 0)
    throw new ToolError(
      `an update of ${stack} was interrupted. Recover it first: npx flotilla recover --stack ${stack}`,
    );
}

/** How the engine says that something is protected. */
const PROTECTED = /because it is protected|marked for protection/;
