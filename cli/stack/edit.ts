/** Changes a stack's state where no command of Pulumi does. */

import type { ExportedState } from "../core/state";
import { exportState, pulumiQuietly } from "./engine";

/** Exports the state, changes it and takes it back in one import. That drops the operations that the state had under way. With `secrets` they are laid open meanwhile, in memory only. */
export async function editState(
  stack: string,
  change: (state: ExportedState) => void,
  { secrets = false } = {},
): Promise<void> {
  const state = await exportState(stack, { secrets });
  change(state);
  await pulumiQuietly(["stack", "import", "--stack", stack], { input: JSON.stringify(state) });
}
