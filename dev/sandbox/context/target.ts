/** Decisions and messages about the cluster that the user has and on which a demo is deployed. Pure. */
import { plural } from "../../../src/model/plural";
import type { Answer } from "../../../src/runtime/ask-cluster";
import { SIMULATED } from "../cluster/configuration";

/** The nodes of a cluster. */
export interface TargetNodes {
  count: number;
  /** Whether all of them are simulated, as in another sandbox: no pod runs there. */
  simulated: boolean;
}

/** The first page of nodes. More are only counted. */
export const NODES_PATH = "/api/v1/nodes?limit=100";

interface NodeList {
  metadata?: { remainingItemCount?: number };
  items: { metadata: { annotations?: Record<string, string> } }[];
}

/** Returns the nodes in an answer of the API server; undefined if they may not be read. */
export function nodesIn(answer: Answer): TargetNodes | undefined {
  if (!("object" in answer)) return undefined;
  const { items, metadata } = answer.object as NodeList;
  const more = metadata?.remainingItemCount ?? 0;
  const isSimulated = ({ metadata: { annotations = {} } }: NodeList["items"][number]) =>
    annotations[SIMULATED.key] === SIMULATED.value;
  return {
    count: items.length + more,
    simulated: items.length > 0 && more === 0 && items.every(isSimulated),
  };
}

/** Returns the cluster as text, for the user to recognize it. */
export const targetText = (context: string, server: string, nodes: TargetNodes | undefined): string =>
  `context ${context}, server ${server}, ${
    nodes === undefined
      ? "number of nodes unknown (no permission to list them)"
      : `${plural(nodes.count, "node")}${nodes.simulated ? " (simulated)" : ""}`
  }`;

/** Returns the option that names a context in a command to copy into a shell. */
export const optionFor = (context: string): string =>
  ` --context ${/^[\w.:/@-]+$/.test(context) ? context : `'${context.replaceAll("'", "'\\''")}'`}`;

/** Returns the message for a context that no kubeconfig has. */
export function unknownContext(context: string, known: readonly string[], paths: readonly string[]): string {
  const files = paths.join(", ");
  return known.length === 0
    ? `there is no context ${context}: ${files} has no contexts\n  Point KUBECONFIG to the kubeconfig of your cluster.`
    : `there is no context ${context} in ${files}\n  Use one of these: ${known.join(", ")}. For another kubeconfig, set KUBECONFIG.`;
}

/** Returns why the providers may not be used on this cluster; undefined if they may. */
export function standInRefusal(
  standIns: readonly string[],
  nodes: TargetNodes | undefined,
  context: string,
): string | undefined {
  if (standIns.length === 0 || nodes?.simulated) return undefined;
  return `the official Pulumi plugins for ${standIns.join(" and ")} are not available here, and their stand-ins are for sandboxes only: nothing was deployed to ${context}. Connect to get.pulumi.com or github.com, or put the plugins on PATH.`;
}
