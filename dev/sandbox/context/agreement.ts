/** Shows the cluster on which a demo would be deployed, checks it, and asks. Changes nothing. */
import { diagnose } from "../../../cli/stack/doctor/checks";
import { configOfStack } from "../../../cli/stack/settings";
import { confirmed } from "../../../cli/terminal/ask";
import { say, step } from "../../../cli/terminal/progress";
import { firstLine, ToolError } from "../../../cli/tools/failure";
import { merge } from "../../../src/config/merge";
import { PREFIX } from "../../../src/config/prefix";
import { isRecord } from "../../../src/model/records";
import { askWithKubectl } from "../../../src/runtime/ask-cluster";
import { checkCluster } from "../../../src/runtime/preflight";
import { isStandIn } from "../providers/choose";
import type { OpenWorld } from "../world";
import { NODES_PATH, nodesIn, optionFor, standInRefusal, type TargetNodes, targetText } from "./target";

/** Returns the cluster as text, and its nodes. @throws ToolError or FlotillaError if it does not answer. */
export async function lookAtTarget(
  context: string,
  stack: string,
): Promise<{ text: string; nodes: TargetNodes | undefined }> {
  const target = await checkCluster({ cluster: { context } }, stack);
  const server = target?.server.href.replace(/\/$/, "") ?? "";
  try {
    const nodes = nodesIn(await askWithKubectl({ context })(NODES_PATH));
    return { text: targetText(context, server, nodes), nodes };
  } catch (error) {
    throw new ToolError(
      `the cluster of context ${context} at ${server} does not answer: ${firstLine((error as Error).message)}\n  Log in to it, then try: kubectl${optionFor(context)} get nodes`,
    );
  }
}

/** Returns whether the stack may be deployed. @throws ToolError if the cluster or the stack is not suitable. */
export async function agreed(
  { providers }: OpenWorld,
  context: string,
  stack: string,
  yes: boolean,
): Promise<boolean> {
  refuseOwnCluster(stack);
  const { text, nodes } = await lookAtTarget(context, stack);
  say(`deploying stack ${stack} to ${text}`);
  await refuseUnfit(context, stack);
  const standIns = providers.filter(isStandIn).map(({ name }) => name);
  const refusal = standInRefusal(standIns, nodes, context);
  if (refusal !== undefined) throw new ToolError(refusal);
  return yes || confirmed(`Deploy stack ${stack} to context ${context}?`);
}

/** Every command would follow the settings to their cluster. */
function refuseOwnCluster(stack: string): void {
  const { cluster } = merge(configOfStack(stack).files).values;
  if (isRecord(cluster) && Object.keys(cluster).length > 0)
    throw new ToolError(
      `the settings of stack ${stack} name a cluster of their own (${PREFIX}:cluster), so it cannot be deployed to another one\n  Deploy it there with npx flotilla up --stack ${stack}, or remove ${PREFIX}:cluster.`,
    );
}

async function refuseUnfit(context: string, stack: string): Promise<void> {
  const failures = (await step("checking the cluster", () => diagnose(stack))).filter(
    ({ status }) => status === "failed",
  );
  if (failures.length === 0) return;
  const lines = failures.map(
    ({ check, found, todo }) => `  ${check}: ${found}${todo === undefined ? "" : `\n    ${todo}`}`,
  );
  throw new ToolError(
    `stack ${stack} cannot be deployed to context ${context}. Nothing was changed:\n${lines.join("\n")}\n  For commands on this stack, first: eval "$(npx flotilla sandbox env${optionFor(context)})"`,
  );
}
