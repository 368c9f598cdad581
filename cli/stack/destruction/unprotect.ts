/** The changes of a state before a destroy. */
import { compact, mapValues } from "../../../src/model/records";
import { type ExportedResource, isRetained, nameOfUrn, SECRET } from "../../core/state";

/** Unprotects all resources, and removes those that are gone together with every reference to them. */
export function unprotected(
  resources: readonly ExportedResource[],
  gone: readonly string[],
): ExportedResource[] {
  const dropped = new Set(gone);
  const parents = new Map(resources.map(({ urn, parent }) => [urn, parent]));
  const left = (urns: readonly string[]) => urns.filter((urn) => !dropped.has(urn));
  const living = (urn: string | undefined): string | undefined =>
    urn !== undefined && dropped.has(urn) ? living(parents.get(urn)) : urn;
  return resources
    .filter(({ urn }) => !dropped.has(urn))
    .map(({ protect: _, taint, retainOnDelete, parent, deletedWith, ...resource }) => {
      const ancestor = living(parent);
      const { dependencies, propertyDependencies } = resource;
      return compact({
        ...resource,
        // The mark for recreation would leave resources in the cluster. A store's Secret stays with its data, though, and a
        // shared namespace with what others have in it.
        retainOnDelete:
          retainOnDelete && (resource.type === SECRET || isRetained({ ...resource, retainOnDelete, taint }))
            ? true
            : undefined,
        parent: ancestor,
        deletedWith: deletedWith === undefined || dropped.has(deletedWith) ? undefined : deletedWith,
        dependencies: dependencies && left(dependencies),
        propertyDependencies:
          propertyDependencies && mapValues(propertyDependencies, (urns) => urns && left(urns)),
      });
    });
}

/** Points the engine at the cluster that was checked: `pulumi destroy` uses the one that the last update left in the state. */
export function pointed(
  resources: readonly ExportedResource[],
  cluster: { context?: string | undefined; kubeconfig?: string | undefined },
): ExportedResource[] {
  const lead = (values: Record<string, unknown> | undefined) => {
    if (values === undefined) return {};
    const { context: _, kubeconfig: __, ...others } = values;
    return { ...others, ...JSON.parse(JSON.stringify(cluster)) };
  };
  return resources.map((resource) =>
    isClusterProvider(resource)
      ? compact({
          ...resource,
          inputs: lead(resource.inputs),
          outputs: resource.outputs && lead(resource.outputs),
        })
      : resource,
  );
}

/** The cluster of the last update; undefined if the state has no explicit provider for it. */
export function clusterOfState(
  resources: readonly ExportedResource[],
): { context?: string; kubeconfig?: string } | undefined {
  const provider = resources.find(isClusterProvider);
  if (provider === undefined) return undefined;
  const { context, kubeconfig } = provider.inputs ?? {};
  return compact({
    context: typeof context === "string" ? context : undefined,
    kubeconfig: typeof kubeconfig === "string" ? kubeconfig : undefined,
  });
}

const isClusterProvider = ({ type, urn }: ExportedResource): boolean =>
  type === "pulumi:providers:kubernetes" && !nameOfUrn(urn).startsWith("default");
