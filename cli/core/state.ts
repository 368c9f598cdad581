/** A stack's state as `pulumi stack export` writes it: its resources, and what they say. Pure. */
import type { Deployed } from "../../src/plan/deployed";
import { deployedNamespace, deployedReleases, type StateResource } from "../../src/runtime/state";

/** Types in a state: the stack itself, a Helm release, a generated password, a namespace, a Secret. */
export const STACK = "pulumi:pulumi:Stack";
export const RELEASE = "kubernetes:helm.sh/v3:Release";
export const PASSWORD = "random:index/randomPassword:RandomPassword";
export const NAMESPACE = "kubernetes:core/v1:Namespace";
export const SECRET = "kubernetes:core/v1:Secret";

/** The resource's own name. */
export const nameOfUrn = (urn: string): string => urn.split("::").at(-1) as string;

/** The kind of resource that a type names, without its package and version. */
export const kindOfType = (type: string): string => type.split(":").at(-1) as string;

/** A resource in words: its kind and its own name. */
export const resourceText = ({ type, urn }: { type: string; urn: string }): string =>
  `${kindOfType(type)} ${nameOfUrn(urn)}`;

/** A resource of `pulumi stack export`. */
export interface ExportedResource extends StateResource {
  urn: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  protect?: boolean;
  /** A resource that another has replaced: the next update deletes it. */
  delete?: boolean;
  /** Its deletion leaves the object in the cluster. */
  retainOnDelete?: boolean;
  /** The next update replaces it. */
  taint?: boolean;
  /** URNs that it comes after; of each of its inputs in `propertyDependencies`. */
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
  /** URN of the resource whose deletion deletes it as well. */
  deletedWith?: string;
  /** `<urn>::<id>` of its provider. */
  provider?: string;
  /** Why it is not what was asked for; the next update tries again. */
  initErrors?: string[];
}

/** What the engine had begun when it was ended: `creating`, `updating`, `deleting` ... */
export interface PendingOperation {
  type: string;
  resource: ExportedResource;
}

/** What `pulumi stack export` writes, and `pulumi stack import` takes back. */
export interface ExportedState {
  version: number;
  deployment?: {
    resources?: ExportedResource[];
    pending_operations?: PendingOperation[];
  };
}

/** The resources of a state; none before the first update. */
export const resourcesOf = ({ deployment }: ExportedState): ExportedResource[] => deployment?.resources ?? [];

export const operationsOf = ({ deployment }: ExportedState): PendingOperation[] =>
  deployment?.pending_operations ?? [];

/** What the stack told about itself when it was updated last. */
export const stackOutputs = (resources: readonly ExportedResource[]): Record<string, unknown> | undefined =>
  resources.find(({ type }) => type === STACK)?.outputs;

/** The Helm releases of a state, by name. */
export const releasesOf = (resources: readonly ExportedResource[]): Map<string, ExportedResource> =>
  new Map(
    resources
      .filter((resource) => resource.type === RELEASE && !resource.delete)
      .map((resource) => [String(resource.inputs?.name), resource]),
  );

/** The reference to the provider that these resources have now in place of the one it refers to; undefined where they have none. */
export function presentProvider(
  reference: string | undefined,
  resources: readonly ExportedResource[],
): string | undefined {
  const urn = reference?.slice(0, reference.lastIndexOf("::"));
  const provider = resources.find((resource) => resource.urn === urn && !resource.delete);
  return provider && `${provider.urn}::${provider.id}`;
}

/** The releases of a state, as a plan wants them. */
export const deployedOf = (resources: readonly ExportedResource[]): Deployed =>
  deployedReleases(byUrn(resources));

/** The resources of a state as its program reads them: without those that wait to be deleted. */
export const byUrn = (resources: readonly ExportedResource[]): Record<string, ExportedResource> =>
  Object.fromEntries(
    resources.filter((resource) => !resource.delete).map((resource) => [resource.urn, resource]),
  );

/**
 * Whether a namespace in a state stays when the stack is destroyed: others created it, or own it now. A lost one has the same
 * mark, to be created again.
 */
export const isRetained = ({ type, retainOnDelete, taint }: ExportedResource): boolean =>
  type === NAMESPACE && retainOnDelete === true && taint !== true;

/** Whether others own the namespace that a stack is deployed in: the state does not have it, or it was left to them. */
export function isShared(resources: readonly ExportedResource[]): boolean {
  const namespace = resources.find(({ type, delete: isGoing }) => type === NAMESPACE && !isGoing);
  return (
    namespace === undefined || (isRetained(namespace) && !deployedNamespace(byUrn([namespace]))?.adopted)
  );
}

/** Whether it is not what was asked for: the next update tries it again. */
export const hasFailed = ({ initErrors = [] }: Pick<ExportedResource, "initErrors">): boolean =>
  initErrors.length > 0;

/** Releases that are not what was asked for. */
export const failedOf = (resources: readonly ExportedResource[]): string[] =>
  resources.filter(hasFailed).map(({ outputs }) => String(outputs?.name));

/** Resources that an earlier replacement left for a later update to delete. */
export const pendingDeletes = (resources: readonly ExportedResource[]): ExportedResource[] =>
  resources.filter((resource) => resource.delete === true && resource.retainOnDelete !== true);

/** The protected resources of a store: its release, its Secret, its passwords. */
export function protectedOf(resources: readonly ExportedResource[], store: string): string[] {
  const own = new RegExp(`^${store}(-(auth|[a-z][a-z0-9]*|replica-set-key|erlang-cookie)(-[0-9]+)?)?$`);
  // Another store may be called like this one with something behind it.
  const others = Object.entries(deployedOf(resources))
    .filter(([name, { kind }]) => kind === "store" && name !== store && name.startsWith(`${store}-`))
    .map(([name]) => name);
  return (
    resources
      // The namespace may be called like a store.
      .filter(({ protect, type }) => protect === true && type !== NAMESPACE)
      .map(({ urn }) => urn)
      .filter((urn) => {
        const name = nameOfUrn(urn);
        return own.test(name) && !others.some((other) => name === other || name.startsWith(`${other}-`));
      })
  );
}
