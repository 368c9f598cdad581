/** Checks whether the cluster serves the kinds of the plan and grants the permissions for them. */
import { compact } from "../../../src/model/records";
import { groupOf } from "../../core/diff/manifests";
import { type Kind, PROVIDED_BY, READ, VERBS } from "../../core/needs";
import type { Cluster, Question } from "./cluster";
import { type Diagnosis, failed, ok } from "./diagnosis";

/** A kind that the cluster serves. */
export type Served = Kind & { resource: string; namespaced: boolean };

export async function servedKinds(
  connected: Cluster,
  kinds: readonly Kind[],
): Promise<{ served: Served[]; missing: Diagnosis[] }> {
  const apiVersions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))];
  const known = new Map(
    await Promise.all(
      apiVersions.map(async (version) => [version, await connected.resources(version)] as const),
    ),
  );
  const served: Served[] = [];
  const missing: Diagnosis[] = [];
  for (const { apiVersion, kind } of kinds) {
    const found = known.get(apiVersion)?.find((resource) => resource.kind === kind);
    if (found) served.push({ apiVersion, kind, resource: found.name, namespaced: found.namespaced });
    else missing.push(await absent(connected, { apiVersion, kind }));
  }
  return { served, missing };
}

async function absent(connected: Cluster, { apiVersion, kind }: Kind): Promise<Diagnosis> {
  const group = groupOf(apiVersion);
  const versions = await connected.versions(group);
  const provider = PROVIDED_BY[group];
  if (versions.length > 0)
    return failed(
      "kinds",
      `the cluster does not serve ${kind} in ${apiVersion}; it serves ${group} in ${versions.join(", ")}`,
      `Upgrade ${provider ?? "the cluster"}.`,
    );
  return failed(
    "kinds",
    `the cluster does not serve ${kind} (${apiVersion})`,
    `Install ${provider ?? `the provider of ${group}`}.`,
  );
}

export async function permissions(
  connected: Cluster,
  namespace: string,
  served: readonly Served[],
): Promise<Diagnosis[]> {
  const questions: Question[] = [
    ...served.flatMap(({ apiVersion, resource, namespaced }) =>
      VERBS.map((verb) =>
        compact({
          group: groupOf(apiVersion),
          resource,
          verb,
          namespace: namespaced ? namespace : undefined,
        }),
      ),
    ),
    ...READ.map((question) => ({ ...question, namespace })),
  ];
  const answers = await connected.mayI(questions);
  const denied = new Map<string, { verbs: string[]; isClusterWide: boolean }>();
  questions.forEach(({ group, resource, verb, ...where }, index) => {
    if (answers[index]) return;
    const name = group === "" ? resource : `${resource}.${group}`;
    const { verbs } = denied.get(name) ?? { verbs: [] };
    denied.set(name, { verbs: [...verbs, verb], isClusterWide: !("namespace" in where) });
  });
  if (denied.size === 0)
    return [ok("permissions", `all ${questions.length} permissions granted in namespace ${namespace}`)];
  return [...denied].map(([resource, { verbs, isClusterWide }]) =>
    failed(
      "permissions",
      `you are not allowed to ${verbs.join(", ")} ${resource}`,
      isClusterWide
        ? `Request a ClusterRole with resources ${resource} and these verbs, bound to you by a ClusterRoleBinding.`
        : `Request a Role in namespace ${namespace} with resources ${resource} and these verbs, bound to you by a RoleBinding.`,
    ),
  );
}
