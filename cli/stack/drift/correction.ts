/** Corrects drift: restores what was deployed. */
import { join } from "node:path";
import { stackFileName } from "../../../src/config/stack-names";
import { CHECKED } from "../../../src/runtime/overrides";
import { nameOf } from "../../core/diff/manifests";
import { step } from "../../terminal/progress";
import { ToolError } from "../../tools/failure";
import { delegateInterrupts } from "../../tools/interrupts";
import { PROJECT } from "../../tools/paths";
import { failsForLost, previewSteps } from "../engine-preview";
import { provenanceOf, readHistory, type Update } from "../history";
import { markLost } from "../lost";
import { mark, unmark } from "../marks";
import { recordedConfig } from "../past-config";
import { refuseUnguarded } from "../rollback/preview-of-program";
import { withProgram } from "../rollback/program";
import { type Updated, update } from "../update-with-progress";
import type { Drift } from "./differences";
import { remove } from "./dry-run";

const MARK = "it was changed by hand: flotilla drift --correct";

/** Corrects drift with the program and settings of the last update. @throws ToolError if they are not available. */
export async function bringBack(stack: string, drift: Drift): Promise<Updated> {
  const { kubectl, namespace, resources, additions, urns } = drift;
  const last = await lastUpdate(stack);
  const config = await recordedConfig(stack, last.config, join(PROJECT, stackFileName(stack)));
  const wanted = {
    recorded: provenanceOf(resources),
    of: "the last update",
    else: `Deploy this working tree first: npx flotilla up --stack ${stack}. Then check for drift again.`,
  };
  return withProgram(stack, wanted, config, async ({ folder, environment }) => {
    const apart = new Set(urns.gone);
    const steps = await previewSteps(stack, folder, environment).catch((error: unknown) => {
      if (error instanceof ToolError && failsForLost(error.message, urns.gone)) return [];
      throw error;
    });
    refuseUnguarded(
      steps.filter(({ urn }) => !apart.has(urn)),
      resources,
      "correcting the drift",
    );
    for (const { object, added } of additions)
      await step(`removing fields added to ${nameOf(object)}`, async () => {
        try {
          await remove(kubectl, namespace, object, added);
        } catch (error) {
          throw new ToolError(
            `${(error as Error).message}\n  Someone may be changing ${nameOf(object)} right now. Check again: npx flotilla drift --stack ${stack}`,
          );
        }
      });
    // Helm cannot upgrade a release that is gone: a new one is created, while the old entry stays in the state.
    if (urns.gone.length > 0) await markLost(stack, urns.gone);
    // Uninterruptible: a mark left by an interruption would look like a failed update.
    return delegateInterrupts(async () => {
      await mark(stack, urns.changed, MARK);
      // Updates all resources: with the program and settings of the last update nothing else changes, and a targeted update
      // fails in the engine ("Duplicate resource URN") if dependencies have changed since.
      const updated = await update(
        ["up", "--stack", stack, "--message", "flotilla drift --correct"],
        { stack, namespace, kubectl },
        {
          cwd: folder,
          environment: { ...environment, ...(urns.gone.length > 0 ? { [CHECKED]: "true" } : {}) },
        },
      );
      if (updated.exitCode !== 0) await unmark(stack, urns.changed, MARK);
      return updated;
    });
  });
}

async function lastUpdate(stack: string): Promise<Update> {
  const history = await readHistory(stack, { secrets: true });
  const last = history.find(({ kind }) => kind === "update");
  if (!last) throw new ToolError(`stack ${stack} has never been updated`);
  if (last.result !== "succeeded")
    throw new ToolError(
      `the last update of ${stack} did not succeed. First finish it (npx flotilla up --stack ${stack}) or roll back (npx flotilla rollback --stack ${stack})`,
    );
  return last;
}
