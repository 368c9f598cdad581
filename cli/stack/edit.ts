/** Edits a stack's state in ways that no Pulumi command offers. */

import type { ExportedState } from "../core/state";
import { exportState, pulumiQuietly } from "./engine";

/**
 * Exports the state, changes it and imports it, which drops its pending operations. With `secrets`, they are decrypted meanwhile,
 * in memory only.
 */
export async function editState(
  stack: string,
  change: (state: ExportedState) => void,
  { secrets = false } = {},
): Promise<void> {
  const state = await exportState(stack, { secrets });
  change(state);
  await pulumiQuietly(["stack", "import", "--stack", stack], { input: JSON.stringify(state) });
}
