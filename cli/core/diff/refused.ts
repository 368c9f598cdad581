/** Changes of immutable fields, which the API server refuses, and what to do for each kind of object. */
import type { ReleaseChange } from "./compare";

/** Returns the changes of immutable fields, except in objects that the engine replaces anyway. */
export const refusedChanges = (changes: readonly ReleaseChange[], rails: string): string[] =>
  changes.flatMap(({ release, change, immutable }) =>
    release === rails || change === "replaced" ? [] : immutable,
  );

/** Returns what to do about changed immutable fields, each piece of advice once. */
export const refusedAdvice = (changes: readonly ReleaseChange[]): string[] => [
  ...new Set(
    changes.flatMap(({ objects, immutable }) =>
      immutable.map((text) => {
        const [, kind = "", name = "", path = ""] = /^(\S+) (\S+): (.*)$/.exec(text) ?? [];
        const found = objects.find((object) => object.kind === kind && object.name === name);
        return adviceOf(kind, name, path, `-n ${found?.namespace ?? "<namespace>"}`);
      }),
    ),
  ),
];

function adviceOf(kind: string, name: string, path: string, where: string): string {
  const remove = `kubectl delete ${kind.toLowerCase()} ${name} ${where}`;
  switch (kind) {
    case "Deployment":
    case "DaemonSet":
      return `${kind} ${name}: its selector cannot be changed. Delete it first; its pods stop, and the update starts new ones: ${remove}`;
    case "StatefulSet":
      if (/^spec\.volumeClaimTemplates.*\.(storage|size)$/.test(path))
        return `${kind} ${name}: a volume can grow but not shrink. See docs/stores.md, "Growing a volume", for the steps.`;
      if (path.startsWith("spec.volumeClaimTemplates"))
        return `${kind} ${name}: existing volumes cannot be changed. To move the data, see docs/stores.md, "Moving to another profile or distribution".`;
      return `${kind} ${name}: delete it first but keep its pods and volumes, and the update recreates it: ${remove} --cascade=orphan`;
    case "Job":
      return `${kind} ${name}: delete it first, and the update runs it again: ${remove}`;
    case "PersistentVolumeClaim":
      return `${kind} ${name}: an existing volume cannot be changed. Revert the change, or rename the claim; its new volume starts empty.`;
    default:
      return `${kind} ${name}: delete it first, and the update recreates it: ${remove}`;
  }
}
