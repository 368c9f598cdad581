/** Deletes what demos have deployed to a cluster that the user has. */
import { existsSync, rmSync } from "node:fs";
import { isEmpty } from "../../../cli/core/destroy/decide";
import { outputsOf } from "../../../cli/core/release-status";
import { resourcesOf } from "../../../cli/core/state";
import {
  destroy,
  leftover,
  type Prepared,
  prepareDestruction,
} from "../../../cli/stack/destruction/destroying";
import { exportState, readState } from "../../../cli/stack/engine";
import { confirmed } from "../../../cli/terminal/ask";
import { showDestruction } from "../../../cli/terminal/destruction";
import { say } from "../../../cli/terminal/progress";
import { ToolError } from "../../../cli/tools/failure";
import { demoLock, worldOfContext } from "../folders";
import { exclusively } from "../lock";
import { enterWorld } from "../world";
import { lookAtTarget } from "./agreement";
import { openContext, stacksOf } from "./open";
import { optionFor } from "./target";

/** Lists what is deleted, asks, and deletes it with the state. */
export async function deleteFromContext(context: string, yes: boolean): Promise<void> {
  const world = worldOfContext(context);
  if (!existsSync(world.state)) {
    say(`this project has deployed nothing to context ${context}`);
    return;
  }
  enterWorld(await openContext(context));
  await exclusively(demoLock(world), async () => {
    const deployed: [stack: string, prepared: Prepared][] = [];
    for (const stack of stacksOf(world)) {
      const state = await exportState(stack);
      if (isEmpty(resourcesOf(state))) continue;
      const prepared = await prepareDestruction(stack, state);
      const { application } = outputsOf(resourcesOf(state)) ?? {};
      process.stdout.write(`${showDestruction({ stack, application, context }, prepared.destruction)}\n`);
      deployed.push([stack, prepared]);
    }
    const [first] = deployed;
    if (first !== undefined) {
      const { text } = await lookAtTarget(context, first[0]);
      say(`deleting this from ${text}`);
      if (!yes && !(await confirmed(`Delete all of this from context ${context}?`))) return;
    }
    for (const [stack, prepared] of deployed) await remove(context, stack, prepared);
    rmSync(world.folder, { recursive: true, force: true });
    say(`deleted everything that this project has deployed to context ${context}`);
  });
}

async function remove(context: string, stack: string, prepared: Prepared): Promise<void> {
  const { exitCode, errors, output } = await destroy(stack, prepared);
  // Interrupted between two steps, pulumi exits with 0.
  if (exitCode === 0 && (await readState(stack)).length === 0) return;
  process.stdout.write(await leftover(stack, prepared.kubectl));
  const words = Object.entries(errors).map(([name, message]) =>
    name === "" ? message : `${name}: ${message}`,
  );
  throw new ToolError(
    `deleting stack ${stack} from context ${context} did not finish\n${words.join("\n") || output.trim()}\n  To continue, run the same command again. If it still fails: eval "$(npx flotilla sandbox env${optionFor(context)})", then npx flotilla recover --stack ${stack}`,
  );
}
