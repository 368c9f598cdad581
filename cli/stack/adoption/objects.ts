/** Makes objects that others created part of the releases that plan them, before Helm installs those. */
import type { Problem } from "../../../src/model/problems";
import { marksOf } from "../../../src/runtime/foreign-objects";
import { impactOf } from "../../core/diff/impact";
import { type ManifestObject, nameOf } from "../../core/diff/manifests";
import { step } from "../../terminal/progress";
import { delegateInterrupts } from "../../tools/interrupts";
import { inParallel } from "../../tools/parallel";
import type { Taken } from "../comparison/conflicts";
import { type Pair, remove } from "../drift/dry-run";
import type { Kubectl } from "../kubectl";

/**
 * Returns an object as its release plans it, with Helm's ownership metadata. Helm itself would keep fields that the release does
 * not have, for example an old selector with which a Service finds no pods.
 */
export function replacementOf({ wanted, release }: Taken, namespace: string): ManifestObject {
  const { labels, annotations } = marksOf(release, namespace);
  const { metadata } = wanted;
  return {
    ...wanted,
    metadata: {
      ...metadata,
      labels: { ...metadata?.labels, ...labels },
      annotations: { ...metadata?.annotations, ...annotations },
    },
  };
}

const replace = (kubectl: Kubectl, namespace: string, taken: Taken, flags: readonly string[] = []) =>
  kubectl.run(["replace", "-n", namespace, ...flags, "-f", "-"], {
    input: JSON.stringify(replacementOf(taken, namespace)),
  });

/** Returns why the API server refuses to change objects into the planned ones. The diff already names immutable fields. */
export async function refusedObjects(
  kubectl: Kubectl,
  namespace: string,
  taken: readonly Taken[],
): Promise<Problem[]> {
  const problems = await inParallel(taken, async (object): Promise<Problem[]> => {
    const { live, wanted, manifest, release } = object;
    if (impactOf(live, wanted).immutable.length > 0) return [];
    try {
      await replace(kubectl, namespace, object, ["--dry-run=server"]);
      return [];
    } catch (error) {
      const { kind = "", metadata } = manifest;
      return [
        {
          where: `${nameOf(manifest)} in namespace ${namespace}`,
          what: `release ${release} cannot take it over: ${(error as Error).message}`,
          todo: `If it is not needed, delete it: kubectl delete ${kind.toLowerCase()} ${metadata?.name} -n ${namespace}`,
        },
      ];
    }
  });
  return problems.flat();
}

/** Changes objects into the planned ones, and removes fields added by hand from those that are imported. */
export async function takeObjects(
  kubectl: Kubectl,
  namespace: string,
  { releases, others }: { releases: readonly Taken[]; others: readonly Pair[] },
): Promise<void> {
  for (const object of releases)
    await step(`taking over ${nameOf(object.manifest)}`, () =>
      delegateInterrupts(() => replace(kubectl, namespace, object)),
    );
  for (const { live, manifest, added } of others)
    if (live && added.length > 0)
      await step(`removing fields added to ${nameOf(manifest)}`, () =>
        delegateInterrupts(() => remove(kubectl, namespace, live, added)),
      );
}
