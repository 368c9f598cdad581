/** Refuses changed volumes of a store before an update, unless its StatefulSets were prepared manually. */
import { type Problem, refuse } from "../model/problems";
import { amountOf } from "../model/quantity";
import { GROWING, type VolumeChange, volumeProblems } from "../plan/stores/changes";
import type { Ask } from "./ask-cluster";

/** A StatefulSet as the API server lists it. */
export interface StatefulSetObject {
  metadata: { name: string };
  spec?: { volumeClaimTemplates?: { metadata?: { name?: string }; spec?: ClaimSpec }[] };
}

interface ClaimSpec {
  storageClassName?: string;
  resources?: { requests?: { storage?: string } };
}

/** Returns why the volumes of a store cannot change yet: its StatefulSets still have the old size or class. */
export function volumeRefusals(change: VolumeChange, sets: readonly StatefulSetObject[]): Problem[] {
  const { where, after, template } = change;
  const old = sets.flatMap(({ metadata, spec }) =>
    (spec?.volumeClaimTemplates ?? []).flatMap(({ metadata: own, spec: claim }) => {
      if (template !== undefined && own?.name !== template) return [];
      const storage = claim?.resources?.requests?.storage ?? after.storage;
      const isSame =
        amountOf(storage) === amountOf(after.storage) && claim?.storageClassName === after.storageClass;
      return isSame ? [] : [{ set: metadata.name, storage }];
    }),
  );
  const [first] = old;
  if (first === undefined) return [];
  const impossible = volumeProblems(change);
  if (impossible.length > 0) return impossible;
  return [
    {
      where: `${where}.storage`,
      what: `the setting is ${after.storage}, but the volumes of StatefulSet ${old.map(({ set }) => set).join(" and ")} have ${first.storage}, and Kubernetes refuses this change`,
      todo: `First take the manual steps: ${GROWING} describes them. Or set it to ${first.storage}.`,
    },
  ];
}

/** Checks changed volumes in the cluster. @throws FlotillaError if the update could not change them. */
export async function checkVolumes(
  ask: Ask,
  namespace: string,
  changes: readonly VolumeChange[],
): Promise<void> {
  const problems = await Promise.all(
    changes
      .filter(({ isStateful }) => isStateful)
      .map(async (change) => {
        const selector = encodeURIComponent(`app.kubernetes.io/instance=${change.name}`);
        const answer = await ask(
          `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}/statefulsets?labelSelector=${selector}`,
        );
        // Without permission to list them, the update itself shows the API server's message.
        if (!("object" in answer)) return [];
        return volumeRefusals(change, (answer.object as { items: StatefulSetObject[] }).items);
      }),
  );
  refuse(problems.flat());
}
