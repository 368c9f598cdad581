/** Finds existing objects that do not belong to the release or the stack that is about to create them. */
import { type Problem, refuse } from "../model/problems";
import { compact } from "../model/records";
import type { Deployed } from "../plan/deployed";
import { type CreatedObject, createdObjects } from "../plan/objects";
import type { Plan } from "../plan/plan";
import type { Ask } from "./ask-cluster";
import { readInstalled } from "./installed-releases";

/** An object as the API server has it. */
export interface LiveObject {
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string }[];
    deletionTimestamp?: string;
    managedFields?: { manager?: string; subresource?: string }[];
  };
}

/** A planned object that already exists and does not belong to the stack. */
export interface Conflict extends CreatedObject {
  /** The manager of the object, such as `Helm release shop in namespace old`. Default: none. */
  manager?: string;
  /** The program that created it, such as `kubectl-create`. Default: unknown. */
  createdWith?: string;
  /** Set if it is being deleted. */
  isGoing?: true;
  /** Set if it is in another namespace than its release. */
  isElsewhere?: true;
}

const MANAGED_BY = "app.kubernetes.io/managed-by";
const PART_OF = "app.kubernetes.io/part-of";
/** Helm's annotations with the release that an object belongs to. */
const RELEASE_NAME = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE = "meta.helm.sh/release-namespace";

/** Returns the label and annotations that make an object part of a release. */
export const marksOf = (release: string, namespace: string) => ({
  labels: { [MANAGED_BY]: "Helm" },
  annotations: { [RELEASE_NAME]: release, [RELEASE_NAMESPACE]: namespace },
});

/** Whether Helm considers an object part of a release (helm, pkg/action/validate.go: checkOwnership). */
export const isOfRelease = (
  { metadata: { labels = {}, annotations = {} } }: LiveObject,
  release: string,
  namespace: string,
): boolean =>
  labels[MANAGED_BY] === "Helm" &&
  annotations[RELEASE_NAME] === release &&
  annotations[RELEASE_NAMESPACE] === namespace;

/** Labels and annotations of controllers that revert changes, and what their value names. */
const CONTROLLERS: readonly [key: string, what: string][] = [
  ["argocd.argoproj.io/instance", "Argo CD application"],
  ["argocd.argoproj.io/tracking-id", "Argo CD application"],
  ["kustomize.toolkit.fluxcd.io/name", "Flux Kustomization"],
  ["helm.toolkit.fluxcd.io/name", "Flux HelmRelease"],
  ["kapp.k14s.io/app", "kapp application"],
  ["applyset.kubernetes.io/part-of", "ApplySet"],
  ["objectset.rio.cattle.io/owner-name", "Rancher Fleet bundle"],
];

/** Returns the manager of an object. Undefined if there is none. `application` is the application of the stack. */
export function managerOf(
  { metadata: { labels = {}, annotations = {}, ownerReferences = [] } }: LiveObject,
  application: string,
): string | undefined {
  const [owner] = ownerReferences;
  if (owner) return `${owner.kind} ${owner.name}`;
  const marks = { ...annotations, ...labels };
  const [key, controller] = CONTROLLERS.find(([mark]) => marks[mark] !== undefined) ?? [];
  // A tracking ID starts with the name of the application.
  if (key !== undefined) return `${controller} ${marks[key]?.split(":")[0]}`;
  const release = annotations[RELEASE_NAME];
  // Helm keeps objects with this annotation when it deletes the release.
  if (release !== undefined && annotations["helm.sh/resource-policy"] !== "keep")
    return `Helm release ${release} in namespace ${annotations[RELEASE_NAMESPACE] ?? "unknown"}`;
  const by = labels[MANAGED_BY];
  if (by === undefined || by === "Helm") return undefined;
  const partOf = labels[PART_OF];
  if (by === "pulumi")
    return partOf === undefined || partOf === application ? undefined : `application ${partOf}`;
  return by;
}

/** Returns the conflicts between objects that an update creates and existing objects. */
export function conflictsOf(
  created: readonly CreatedObject[],
  live: (object: CreatedObject) => LiveObject | undefined,
  { application, namespace }: { application: string; namespace: string },
): Conflict[] {
  return created.flatMap((object) => {
    const found = live(object);
    if (!found || (object.release !== undefined && isOfRelease(found, object.release, namespace))) return [];
    const { deletionTimestamp, managedFields = [] } = found.metadata;
    const first = managedFields.find(({ subresource }) => subresource === undefined);
    return [
      compact({
        ...object,
        manager: managerOf(found, application),
        createdWith: first?.manager,
        isGoing: deletionTimestamp === undefined ? undefined : (true as const),
        isElsewhere: object.namespace === namespace ? undefined : (true as const),
      }),
    ];
  });
}

/** Whether `flotilla adopt` takes over the object. It changes nothing in other namespaces, and does not import ExternalSecrets. */
export const isAdoptable = ({ manager, isGoing, isElsewhere, kind, release }: Conflict): boolean =>
  manager === undefined && !isGoing && !isElsewhere && (kind !== "ExternalSecret" || release !== undefined);

/** Returns a conflict as a problem. */
export function conflictProblem(conflict: Conflict, stack: string): Problem {
  const { kind, name, namespace, release, manager, createdWith, isGoing } = conflict;
  const creator = release === undefined ? "the update" : `release ${release}`;
  const where = `${kind} ${name} in namespace ${namespace}`;
  const command = (verb: string) => `kubectl ${verb} ${kind.toLowerCase()} ${name} -n ${namespace}`;
  if (isGoing)
    return {
      where,
      what: `the object is being deleted, and ${creator} would create it`,
      todo: `Wait until it is gone (${command("get")}), then update again.`,
    };
  const others = release === undefined ? "" : " Or use another name in the inventory.";
  if (manager !== undefined)
    return {
      where,
      what: `the object already exists and belongs to ${manager}, and ${creator} would create it`,
      todo: `Remove it there.${others} npx flotilla adopt does not take it over, because two owners would revert each other's changes.`,
    };
  const adopt = `npx flotilla adopt --stack ${stack}. `;
  const takeOver =
    release === undefined && createdWith?.startsWith("pulumi-kubernetes")
      ? `If an update of this stack was interrupted: npx flotilla recover --stack ${stack}. Otherwise, to take it over: ${adopt}`
      : `To take it over: ${adopt}`;
  const origin = createdWith === undefined ? "" : `, created with ${createdWith}`;
  return {
    where,
    what: `the object already exists${origin}, and ${creator} would create it`,
    todo: `${isAdoptable(conflict) ? takeOver : ""}If it is not needed: ${command("delete")}.${others}`,
  };
}

/**
 * Reads the objects that exist, with one list request per kind and namespace. Kinds that the cluster does not serve or that the
 * account cannot list are skipped: the update itself shows the API server's message.
 */
export async function readObjects(
  ask: Ask,
  objects: readonly CreatedObject[],
): Promise<(object: CreatedObject) => LiveObject | undefined> {
  const groups = new Map<string, CreatedObject[]>();
  for (const object of objects) {
    const key = resourcePath(object);
    groups.set(key, [...(groups.get(key) ?? []), object]);
  }
  const found = new Map<string, LiveObject>();
  await Promise.all(
    [...groups].map(async ([path, wanted]) => {
      for (const object of await list(ask, path, wanted))
        found.set(`${path}/${object.metadata.name}`, object);
    }),
  );
  return (object) => found.get(`${resourcePath(object)}/${object.name}`);
}

async function list(ask: Ask, path: string, wanted: readonly CreatedObject[]): Promise<LiveObject[]> {
  const [first, ...others] = wanted as [CreatedObject, ...CreatedObject[]];
  const selector =
    others.length === 0
      ? `fieldSelector=${encodeURIComponent(`metadata.name=${first.name}`)}`
      : // Helm's own Secrets can be megabytes.
        `labelSelector=${encodeURIComponent("owner!=helm")}`;
  const answer = await ask(`${path}?${selector}`);
  if ("object" in answer) return (answer.object as { items: LiveObject[] }).items;
  // A kind that is not served in namespaces may be cluster-scoped.
  if (!("unserved" in answer)) return [];
  const whole = await ask(`${path.replace(/\/namespaces\/[^/]+/, "")}?${selector}`);
  return "object" in whole ? (whole.object as { items: LiveObject[] }).items : [];
}

/** Returns the path of an object's kind in its namespace, with the plural that Kubernetes guesses (meta.UnsafeGuessKindToResource). */
function resourcePath({ apiVersion, kind, namespace }: CreatedObject): string {
  const singular = kind.toLowerCase();
  const plural = /s$/.test(singular) ? `${singular}es` : singular.replace(/y$/, "ie").concat("s");
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
}

/** Reads the conflicts of the objects that an update creates. */
export async function readConflicts(
  ask: Ask,
  planned: Plan,
  deployed: Deployed,
  objects: readonly string[],
): Promise<Conflict[]> {
  const created = createdObjects(planned, deployed, objects);
  const live = await readObjects(ask, created);
  return conflictsOf(created, live, { application: planned.application, namespace: planned.namespace.name });
}

/** Checks the objects and releases that an update creates. @throws FlotillaError if some exist and do not belong to the stack. */
export async function checkObjects(
  ask: Ask,
  planned: Plan,
  { deployed, objects }: { deployed: Deployed; objects: readonly string[] },
  stack: string,
): Promise<void> {
  const [conflicts, installed] = await Promise.all([
    readConflicts(ask, planned, deployed, objects),
    readInstalled(ask, planned, deployed, stack),
  ]);
  refuse([...installed, ...conflicts.map((conflict) => conflictProblem(conflict, stack))]);
}
