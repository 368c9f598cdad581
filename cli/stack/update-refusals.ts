/** Reasons not to start an update. */
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

/** Runs before the diff, which takes a while and would be outdated. @throws ToolError if the stack is locked. */
export async function refuseWhileLocked(stack: string): Promise<void> {
  const [lock] = (await readLocks(PROJECT_NAME, stack)) ?? [];
  if (lock === undefined) return;
  throw new ToolError(
    `stack ${stack} is locked by ${lock.by}\n  Wait until that update finishes. If it was interrupted: npx flotilla recover --stack ${stack}`,
  );
}

/** @throws ToolError if the update must not start. */
export function refuseUpdate(stack: string, comparison: Comparison, settings: Settings): void {
  const { changes, pending = [], steps = [], blocked = [] } = comparison;
  const refused = engineRefusal(comparison, settings);
  if (pending.length > 0)
    throw new ToolError(
      `an earlier update replaced ${plural(pending.length, "resource")} and did not delete the old ${pending.length === 1 ? "one" : "ones"}. This update would delete ${pending.length === 1 ? "it" : "them"}.\n  To see them and remove them from the state: npx flotilla recover --stack ${stack}`,
    );
  const lostOnes = unguarded(steps);
  if (lostOnes.length > 0)
    throw new ToolError(
      `this update would ${unguardedText(lostOnes)}, which would lose data, so Flotilla refuses it. Nothing was changed.\n  If the kubeconfig or context has changed, update once with the old one. Details: pulumi preview --diff --stack ${stack}`,
    );
  if (blocked.length > 0)
    throw new ToolError(
      `objects that the update would create already exist in the cluster (listed above). Nothing was changed.${refused === undefined ? "" : `\n${refused}`}`,
    );
  if (refusedChanges(changes, RAILS).length > 0)
    throw new ToolError(
      `the API server would refuse the changes listed above in the middle of the update. Nothing was changed.${refused === undefined ? "" : `\n${refused}`}`,
    );
  if (refused !== undefined) throw refusedByEngine(stack, refused);
}

/** Returns why the engine refuses an update, unless `flotilla up` resolves the cause before it starts the engine. */
export function engineRefusal(
  { refused, lost = [] }: Comparison,
  { allowDeletion }: Pick<Settings, "allowDeletion">,
): string | undefined {
  if (refused === undefined || failsForLost(refused, lost)) return undefined;
  // Resources that the settings allow to be deleted are still protected; they are unprotected before the update.
  return allowDeletion.length > 0 && PROTECTED.test(refused) ? undefined : refused;
}

/** Editing a state drops its pending operations. @throws ToolError if there are any. */
export async function refuseHalfDone(stack: string): Promise<void> {
  if (operationsOf(await exportState(stack)).length > 0)
    throw new ToolError(
      `an update of ${stack} was interrupted. Recover it first: npx flotilla recover --stack ${stack}`,
    );
}

/** The engine's errors about protected resources. */
const PROTECTED = /because it is protected|marked for protection/;
