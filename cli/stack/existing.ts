/** Finds out which objects a cluster has. */
import { groupOf, identity, type ManifestObject } from "../core/diff/manifests";
import { type Kubectl, listText } from "./kubectl";

/** Returns the objects that the cluster has. */
export async function existing<T extends ManifestObject>(
  kubectl: Kubectl,
  objects: readonly T[],
): Promise<T[]> {
  if (objects.length === 0) return [];
  const text = await kubectl.run(["get", "--ignore-not-found", "-o", "name", "-f", "-"], {
    input: listText(objects.map(identity)),
  });
  const names = new Set(text.split("\n").map((line) => line.trim()));
  return objects.filter((object) => names.has(nameInAnswer(object)));
}

/** The name of an object in the output of `kubectl get -o name`. */
function nameInAnswer({ apiVersion = "", kind = "", metadata }: ManifestObject): string {
  const group = groupOf(apiVersion);
  return `${kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${metadata?.name}`;
}
