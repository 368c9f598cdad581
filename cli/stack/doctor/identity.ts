/** Checks whether the cluster is the stack's own, and whether anything in it blocks the stack. */
import type { StackSettings } from "../../../src/config/settings";
import { FlotillaError, refuse } from "../../../src/model/problems";
import type { Plan } from "../../../src/plan/plan";
import { askWithKubectl } from "../../../src/runtime/ask-cluster";
import { checkNamespace } from "../../../src/runtime/check-namespace";
import { identityText } from "../../../src/runtime/identity";
import { readInstalled } from "../../../src/runtime/installed-releases";
import type { ClusterTarget } from "../../../src/runtime/kubeconfig";
import { checkLeftovers } from "../../../src/runtime/leftover-claims";
import { ownerOf } from "../../../src/runtime/owner";
import { stateIn } from "../../../src/runtime/state";
import { verifyCluster } from "../../../src/runtime/verify-cluster";
import { idIn } from "../../core/recovery/unrecorded";
import { byUrn, type ExportedState, resourcesOf } from "../../core/state";
import { PROJECT_NAME } from "../project";
import type { Diagnosis } from "./diagnosis";

/** Checks the identity of the cluster, the namespace, and leftover claims that a store would reuse. */
export async function identity(
  { settings, application }: StackSettings,
  planned: Plan,
  stack: string,
  target: ClusterTarget | undefined,
  state: ExportedState,
): Promise<Diagnosis[]> {
  const ask = askWithKubectl(settings.cluster);
  const { cluster: known, ...recorded } = stateIn(byUrn(resourcesOf(state)));
  const id = idIn(state);
  const of = { project: PROJECT_NAME, stack };
  const looks: [check: string, look: () => Promise<string>][] = [
    [
      "identity",
      async () => {
        const { identity: found, warnings } = await verifyCluster(ask, target, settings, known, of);
        const record = known.recorded === undefined ? "the next update records it" : "as recorded";
        return [`${identityText(found)}, ${record}`, ...warnings].join("; ");
      },
    ],
    [
      "namespace",
      async () => {
        const { name, create = true } = planned.namespace;
        await checkNamespace(ask, name, known.namespace, { owner: ownerOf(of, id), stack, create });
        if (create) return `${name} ${known.namespace === undefined ? "is free" : "belongs to this stack"}`;
        refuse(await readInstalled(ask, planned, recorded.deployed, stack));
        return `${name} exists and is owned by others`;
      },
    ],
    [
      "volumes",
      async () => {
        await checkLeftovers(ask, application, planned, recorded, stack);
        return "no claims are left from an earlier store";
      },
    ],
  ];
  const found: Diagnosis[] = [];
  for (const [check, look] of looks) {
    try {
      found.push({ check, status: "ok", found: await look() });
    } catch (error) {
      if (!(error instanceof FlotillaError)) throw error;
      return [
        ...found,
        ...error.problems.map(
          ({ where, what, todo }): Diagnosis => ({
            check,
            status: "failed",
            found: `${where}: ${what}`,
            todo,
          }),
        ),
      ];
    }
  }
  return found;
}
