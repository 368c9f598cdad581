/** Finds stacks that would deploy to the same namespace of the same cluster and overwrite each other's objects. */
import type { Problem } from "../model/problems";
import { isRecord } from "../model/records";
import { merge } from "./merge";
import { chosenNamespace } from "./namespace";
import { PREFIX } from "./prefix";
import type { StackConfig } from "./settings";
import { stackFileName } from "./stack-names";

/** Where a stack deploys to, according to its files. */
interface Place {
  context: string;
  kubeconfig: string | undefined;
  namespace: string;
  /** Whether the stack creates the namespace. */
  create: boolean;
  application: unknown;
}

/**
 * Reports other stacks of the project that deploy to the same place. Stacks may share a namespace that none of them creates,
 * unless they deploy the same application: their release names would collide. Only stacks that name their context are compared,
 * because the current context can differ from run to run. `others` is called only if needed. Problems in the files of other
 * stacks are ignored.
 */
export function placeProblems(config: StackConfig, others: () => readonly StackConfig[]): Problem[] {
  const place = placeIn(config);
  if (!place) return [];
  return others().flatMap((other) => {
    const taken = other.stack === config.stack ? undefined : placeIn(other);
    if (!taken || !isSame(place, taken)) return [];
    return [
      {
        where: `${PREFIX}:namespace`,
        what: `namespace ${place.namespace} on context ${place.context} is also used by stack ${other.stack} (${stackFileName(other.stack)})`,
        todo: `Use another namespace or cluster for one of them: pulumi config set ${PREFIX}:namespace <name> --stack ${config.stack}`,
      },
    ];
  });
}

const isSame = (a: Place, b: Place): boolean =>
  a.namespace === b.namespace &&
  a.context === b.context &&
  a.kubeconfig === b.kubeconfig &&
  ((a.create && b.create) || a.application === b.application);

function placeIn({ files }: StackConfig): Place | undefined {
  const { application, environment, namespace, cluster } = merge(files).values;
  const text = (value: unknown) => (typeof value === "string" ? value : undefined);
  const { context, kubeconfig } = isRecord(cluster) ? cluster : {};
  const fallback =
    typeof application === "string" && typeof environment === "string"
      ? `${application}-${environment}`
      : undefined;
  const { name: named = fallback, create } = chosenNamespace(namespace);
  const place = text(context);
  if (named === undefined || place === undefined) return undefined;
  return { namespace: named, create, application, context: place, kubeconfig: text(kubeconfig) };
}
