/** The namespace of an adoption, and what others have in it. */
import type { Settings } from "../../../src/config/schema";
import type { Problem } from "../../../src/model/problems";
import { ownerIdIn } from "../../../src/plan/labels";
import { asAdopted } from "../../../src/plan/namespace/namespace";
import type { Plan, ReleasePlan } from "../../../src/plan/plan";
import { askWithKubectl } from "../../../src/runtime/ask-cluster";
import { isOfOthers } from "../../../src/runtime/check-namespace";
import { releaseOf } from "../../core/explain/facts";
import { isShared, NAMESPACE } from "../../core/state";
import { readWorkloads } from "../facts";
import type { Kubectl } from "../kubectl";
import type { PlannedStack } from "../planning";
import type { LiveRelease } from "../releases";

/** Returns the plan for an adoption's update: a namespace that others created is marked, so that it is never deleted. */
export async function withAdoptedNamespace(
  { planned, resources }: Pick<PlannedStack, "planned" | "resources">,
  { cluster }: Pick<Settings, "cluster">,
): Promise<Plan> {
  const { namespace } = planned;
  if (namespace.create === false || !isShared(resources)) return planned;
  return (await isOfOthers(askWithKubectl(cluster), namespace.name))
    ? { ...planned, namespace: asAdopted(namespace) }
    : planned;
}

/** Workloads of others in a namespace to take over: its quota, default deny and Pod Security level will apply to them too. */
export async function othersWorkloads(
  { name, create }: Plan["namespace"],
  releases: Plan["releases"],
  ids: Readonly<Record<string, string>>,
  kubectl: Kubectl,
): Promise<string[]> {
  if (create === false || ids[`${NAMESPACE}::${name}`] === undefined) return [];
  return (await readWorkloads(kubectl, name))
    .filter(({ metadata }) => !Object.hasOwn(releases, releaseOf(metadata) ?? ""))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
    .sort();
}

/** Reports releases that another stack has deployed to a namespace that both use. */
export const othersReleases = (
  releases: readonly ReleasePlan[],
  live: Readonly<Record<string, LiveRelease>>,
  ids: readonly (string | undefined)[],
): Problem[] =>
  releases.flatMap(({ name }) => {
    const id = ownerIdIn(live[name]?.newest.description ?? "");
    return id === undefined || ids.includes(id)
      ? []
      : [
          {
            where: `release ${name}`,
            what: `it belongs to the stack with the id ${id}`,
            todo: `Rename the service or store, or give this stack another flotilla:namespace. Only if the other stack is lost or abandoned for good: add --given-up ${id}`,
          },
        ];
  });
