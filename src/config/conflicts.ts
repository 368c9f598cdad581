/** Two stacks that would deploy into one namespace of one cluster: each would delete and change what is the other's. */
import type { Problem } from "../model/problems";
import { isRecord } from "../model/records";
import { merge } from "./merge";
import type { StackConfig } from "./settings";
import { stackFileName } from "./stack-names";

/** Where a stack deploys to, as far as its files can tell. */
interface Place {
  context: string;
  kubeconfig: string | undefined;
  namespace: string;
}

/**
 * The stacks of the same project that go to the same place. Those that follow the current context may be meant for
 * different clusters; what is wrong with another stack's files is no matter here.
 * The others are read only for a stack that names its context.
 */
export function placeProblems(config: StackConfig, others: () => readonly StackConfig[]): Problem[] {
  const place = placeIn(config);
  if (!place) return [];
  return others().flatMap((other) => {
    const taken = other.stack === config.stack ? undefined : placeIn(other);
    if (!taken || !isSame(place, taken)) return [];
    return [
      {
        where: `${config.project}:namespace`,
        what: `namespace ${place.namespace} on context ${place.context} is also used by stack ${other.stack} (${stackFileName(other.stack)})`,
        todo: `Give one of them another namespace, or a cluster of its own: pulumi config set ${config.project}:namespace <name> --stack ${config.stack}`,
      },
    ];
  });
}

const isSame = (a: Place, b: Place): boolean =>
  a.namespace === b.namespace && a.context === b.context && a.kubeconfig === b.kubeconfig;

function placeIn({ files }: StackConfig): Place | undefined {
  const { application, environment, namespace, cluster } = merge(files).values;
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const { context, kubeconfig } = isRecord(cluster) ? cluster : {};
  const fallback =
    typeof application === "string" && typeof environment === "string"
      ? `${application}-${environment}`
      : undefined;
  const named = text(namespace) ?? fallback;
  const place = text(context);
  if (named === undefined || place === undefined) return undefined;
  return { namespace: named, context: place, kubeconfig: text(kubeconfig) };
}
