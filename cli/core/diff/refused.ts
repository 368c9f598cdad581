/** Changes that the API server refuses because a field cannot be changed, and the way on for each kind of object. */
import type { ReleaseChange } from "./compare";

/** The changes of fields that cannot be changed, without those of objects that the engine itself replaces. */
export const refusedChanges = (changes: readonly ReleaseChange[], rails: string): string[] =>
  changes.flatMap(({ release, change, immutable }) =>
    release === rails || change === "replaced" ? [] : immutable,
  );

/** Returns what to do about fields that cannot be changed, each advice once. */
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
      return `${kind} ${name}: its labels decide which pods are its own. Delete it first; its pods stop, and the update starts new ones: ${remove}`;
    case "StatefulSet":
      if (/^spec\.volumeClaimTemplates.*\.(storage|size)$/.test(path))
        return `${kind} ${name}: a volume can grow, but not shrink: docs/stores.md, «Growing a volume», has the steps.`;
      if (path.startsWith("spec.volumeClaimTemplates"))
        return `${kind} ${name}: its volumes stay what they are. To move the data: docs/stores.md, «Moving to another profile or distribution».`;
      return `${kind} ${name}: delete it first without its pods and volumes, and the update creates it again: ${remove} --cascade=orphan`;
    case "Job":
      return `${kind} ${name}: delete it first, and the update runs it again: ${remove}`;
    case "PersistentVolumeClaim":
      return `${kind} ${name}: its volume stays what it is. Take the change back, or give the claim another name, whose volume starts empty.`;
    default:
      return `${kind} ${name}: delete it first, and the update creates it again: ${remove}`;
  }
}
