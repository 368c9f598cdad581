/** A stack's state as `pulumi stack export` writes it. Pure. */
import type { Deployed } from "../../src/plan/deployed";
import { deployedNamespace, deployedReleases, type StateResource } from "../../src/runtime/state";

/** Type tokens in a state: the stack itself, a Helm release, a generated password, a namespace, a Secret. */
export const STACK = "pulumi:pulumi:Stack";
export const RELEASE = "kubernetes:helm.sh/v3:Release";
export const PASSWORD = "random:index/randomPassword:RandomPassword";
export const NAMESPACE = "kubernetes:core/v1:Namespace";
export const SECRET = "kubernetes:core/v1:Secret";

/** The resource's own name. */
export const nameOfUrn = (urn: string): string => urn.split("::").at(-1) as string;

/** The kind in a type token, without package and version. */
export const kindOfType = (type: string): string => type.split(":").at(-1) as string;

/** A resource as text: its kind and name. */
export const resourceText = ({ type, urn }: { type: string; urn: string }): string =>
  `${kindOfType(type)} ${nameOfUrn(urn)}`;

/** A resource of `pulumi stack export`. */
export interface ExportedResource extends StateResource {
  urn: string;
  /** Whether a provider manages it; components have none. */
  custom?: boolean;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  parent?: string;
  protect?: boolean;
  /** Whether another resource has replaced it, so that the next update deletes it. */
  delete?: boolean;
  /** Whether its deletion keeps the object in the cluster. */
  retainOnDelete?: boolean;
  /** Whether the next update replaces it. */
  taint?: boolean;
  /** URNs of its dependencies; `propertyDependencies` has them per input. */
  dependencies?: string[];
  propertyDependencies?: Record<string, string[] | null>;
  /** URN of the resource whose deletion deletes it as well. */
  deletedWith?: string;
  /** `<urn>::<id>` of its provider. */
  provider?: string;
  /** Why its last operation failed; the next update tries again. */
  initErrors?: string[];
}

/** An operation that the engine had started when it was interrupted: `creating`, `updating`, `deleting` ... */
export interface PendingOperation {
  type: string;
  resource: ExportedResource;
}

/** The format of `pulumi stack export` and `pulumi stack import`. */
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

/** The stack outputs of the last update. */
export const stackOutputs = (resources: readonly ExportedResource[]): Record<string, unknown> | undefined =>
  resources.find(({ type }) => type === STACK)?.outputs;

/** The Helm releases of a state, by name. */
export const releasesOf = (resources: readonly ExportedResource[]): Map<string, ExportedResource> =>
  new Map(
    resources
      .filter((resource) => resource.type === RELEASE && !resource.delete)
      .map((resource) => [String(resource.inputs?.name), resource]),
  );

/** The current reference to the provider that an older reference names; undefined if these resources have no such provider. */
export function presentProvider(
  reference: string | undefined,
  resources: readonly ExportedResource[],
): string | undefined {
  const urn = reference?.slice(0, reference.lastIndexOf("::"));
  const provider = resources.find((resource) => resource.urn === urn && !resource.delete);
  return provider && `${provider.urn}::${provider.id}`;
}

/** The releases of a state in the form that a plan takes. */
export const deployedOf = (resources: readonly ExportedResource[]): Deployed =>
  deployedReleases(byUrn(resources));

/** The resources of a state by URN, as the program reads them: without those pending deletion. */
export const byUrn = (resources: readonly ExportedResource[]): Record<string, ExportedResource> =>
  Object.fromEntries(
    resources.filter((resource) => !resource.delete).map((resource) => [resource.urn, resource]),
  );

/**
 * Whether a namespace in a state stays when the stack is destroyed, because others created or own it. A lost namespace is also
 * retained, but tainted for recreation.
 */
export const isRetained = ({ type, retainOnDelete, taint }: ExportedResource): boolean =>
  type === NAMESPACE && retainOnDelete === true && taint !== true;

/** Whether others own the namespace that a stack is deployed in: the state does not have it, or retains it without having adopted it. */
export function isShared(resources: readonly ExportedResource[]): boolean {
  const namespace = resources.find(({ type, delete: isGoing }) => type === NAMESPACE && !isGoing);
  return (
    namespace === undefined || (isRetained(namespace) && !deployedNamespace(byUrn([namespace]))?.adopted)
  );
}

/** Whether its last operation failed; the next update tries again. */
export const hasFailed = ({ initErrors = [] }: Pick<ExportedResource, "initErrors">): boolean =>
  initErrors.length > 0;

/** The names of failed releases. */
export const failedOf = (resources: readonly ExportedResource[]): string[] =>
  resources.filter(hasFailed).map(({ outputs }) => String(outputs?.name));

/** Resources that an earlier replacement left for a later update to delete. */
export const pendingDeletes = (resources: readonly ExportedResource[]): ExportedResource[] =>
  resources.filter((resource) => resource.delete === true && resource.retainOnDelete !== true);

/** The URNs of a store's protected resources: its release, Secret and passwords. */
export function protectedOf(resources: readonly ExportedResource[], store: string): string[] {
  const own = new RegExp(`^${store}(-(auth|[a-z][a-z0-9]*|replica-set-key|erlang-cookie)(-[0-9]+)?)?$`);
  // Another store's name may start with this one's.
  const others = Object.entries(deployedOf(resources))
    .filter(([name, { kind }]) => kind === "store" && name !== store && name.startsWith(`${store}-`))
    .map(([name]) => name);
  return (
    resources
      // The namespace may have the same name as a store.
      .filter(({ protect, type }) => protect === true && type !== NAMESPACE)
      .map(({ urn }) => urn)
      .filter((urn) => {
        const name = nameOfUrn(urn);
        return own.test(name) && !others.some((other) => name === other || name.startsWith(`${other}-`));
      })
  );
}
