/** Performs the actions of a recovery. */
import execa from "execa";
import type { Settings } from "../../../src/config/schema";
import { accessOf } from "../../../src/runtime/ask-cluster";
import type { Action } from "../../core/recovery/situation";
import { step } from "../../terminal/progress";
import { ToolError, wordsOf } from "../../tools/failure";
import { helm } from "../../tools/helm";
import { accessTo } from "../access";
import { forgetRestored } from "../damage";
import { pulumiQuietly } from "../engine";
import { readLocks } from "../locks";
import { dropPending, markLost, unmarkFound } from "../lost";
import { mark } from "../marks";
import { PROJECT_NAME } from "../project";
import { addCreated } from "./unrecorded";

const AGAIN = "its update was interrupted: flotilla recover";

/** Performs the actions in order. @throws ToolError if one fails; the actions before it stay done. */
export async function recover(stack: string, actions: readonly Action[]): Promise<void> {
  const { cluster } = accessTo(stack);
  for (const action of actions) await perform(stack, cluster, action);
  await forgetRestored(PROJECT_NAME, stack);
}

function perform(stack: string, cluster: Settings["cluster"], action: Action): Promise<unknown> {
  const flags = accessOf(cluster, "--kube-context");
  switch (action.do) {
    case "unlock":
      return step("releasing the lock", () => unlock(stack, action.held));
    case "rollback":
      return step(`rolling ${action.release} back to revision ${action.to}`, () =>
        // Without --wait: pods that were not ready before must not block the repair of Helm's record.
        runHelm([
          ...["rollback", action.release, String(action.to), "-n", action.namespace],
          ...flags,
          "--cleanup-on-fail",
          ...(action.force ? ["--force"] : []),
        ]),
      );
    case "uninstall":
      return step(`uninstalling ${action.release}`, () =>
        runHelm([
          ...["uninstall", action.release, "-n", action.namespace],
          ...flags,
          ...["--wait", "--ignore-not-found"],
        ]),
      );
    case "refresh":
      return step("refreshing the state", () => refresh(stack, action));
    case "add":
      return step("adding what the update created to the state", () => addCreated(stack, action, AGAIN));
    case "drop":
      return step("removing replaced resources from the state", () => dropPending(stack));
    case "reinstall":
      return step("marking lost resources", () => markLost(stack, action.urns));
    case "unmark":
      return step("removing marks", () => unmarkFound(stack, action.urns));
    case "forget":
      return step("clearing pending operations", () => mark(stack, action.again, AGAIN));
  }
}

const refresh = (stack: string, { targets }: Extract<Action, { do: "refresh" }>): Promise<string> =>
  pulumiQuietly([
    ...["refresh", "--stack", stack, "--yes", "--skip-preview", "--skip-pending-creates"],
    ...targets.flatMap((urn) => ["--target", urn]),
  ]);

/** @throws ToolError if an update has started meanwhile: `pulumi cancel` would release its lock too. */
async function unlock(stack: string, held: readonly string[]): Promise<void> {
  const locks = await readLocks(PROJECT_NAME, stack);
  if (locks?.length === 0) return;
  const other = locks?.find(({ id }) => id !== undefined && !held.includes(id));
  if (other)
    throw new ToolError(
      `an update of ${stack} has started in the meantime: ${other.by}\n  After it has finished: npx flotilla recover --stack ${stack}`,
    );
  await pulumiQuietly(["cancel", "--yes", "--stack", stack]);
}

async function runHelm(args: readonly string[]): Promise<void> {
  try {
    await execa(await helm(), [...args]);
  } catch (error) {
    throw new ToolError(`helm ${args.slice(0, 2).join(" ")}: ${wordsOf(error)}`);
  }
}
