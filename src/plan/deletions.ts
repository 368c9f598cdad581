/** Checks what an update would delete: stores, Secrets and passwords need a permission in the settings. */
import type { Settings } from "../config/schema";
import type { StoreKind } from "../model/application";
import { own } from "../model/graph";
import type { Problem } from "../model/problems";
import type { PlanContext } from "./context";
import { deployedStore, deployedStores } from "./deployed";
import type { CredentialPlan, ReleasePlan, SecretPlan } from "./plan";
import type { Remedies } from "./remedies";
import { allKinds } from "./stores/registry";

/** The setting that allows deletions. */
const SETTING = "flotilla:allowDeletion";

/** Returns the names of one kind that the settings allow an update to delete. */
const allowed = ({ allowDeletion }: Settings, kind: "store" | "secret" | "password"): string[] =>
  allowDeletion.flatMap((entry) => (entry.startsWith(`${kind}/`) ? [entry.slice(kind.length + 1)] : []));

/** Returns the deployed stores that the inventory does not have. */
const removedStores = ({ deployed, application }: PlanContext): string[] =>
  deployedStores(deployed).filter((name) => !own(application.stores, name));

/** Reports stores that left the inventory without a permission, and permissions for stores that stay. */
export function storeDeletionProblems(context: PlanContext): Problem[] {
  const { settings, application, deployed, remedies } = context;
  const permitted = allowed(settings, "store");
  const added = Object.keys(application.stores).filter((name) => deployedStore(deployed, name) === undefined);
  return [
    ...permitted
      .filter((name) => own(application.stores, name))
      .map((name) => ({
        where: SETTING,
        what: `it names store/${name}, which the inventory still has`,
        todo: `Take ${name} out of apps/${application.name}.ts, or store/${name} out of ${SETTING}.`,
      })),
    ...removedStores(context)
      .filter((name) => !permitted.includes(name))
      .map((name) => {
        const kind = deployedStore(deployed, name)?.kind;
        const twin = added.find((other) => own(application.stores, other)?.kind === kind);
        const where = `apps/${application.name}.ts`;
        const what = `store ${name} is gone from the inventory, but it is deployed with its data`;
        if (!own(application.services, name))
          return {
            where,
            what: `${what}${renameText(name, twin, kind)}${otherwise(permitted)}`,
            todo: `Put it back; or, if its data may go: ${remedies.removeStore(name)}`,
          };
        const swap = swapOf(context, name);
        return {
          where,
          what: `${what}, and ${swap ?? `service ${name} has its name now`}${otherwise(permitted)}`,
          todo:
            swap === undefined
              ? `Put it back, and give service ${name} another name; or, if its data may go: ${firstRemove(name, remedies, "service")}`
              : SWAP_BACK,
        };
      }),
  ];
}

/** Says that a deployed store and a deployed service have swapped their names; undefined if they have not. */
function swapOf({ application, deployed }: PlanContext, store: string): string | undefined {
  if (!own(application.services, store)) return undefined;
  const kind = deployedStore(deployed, store)?.kind;
  const other = Object.keys(application.stores).find(
    (name) => own(deployed, name)?.kind === "service" && own(application.stores, name)?.kind === kind,
  );
  return other === undefined
    ? undefined
    : `the names of a store and a service were swapped: ${store} is deployed as a store and is a service now, ${other} is deployed as a service and is a store now`;
}

const SWAP_BACK = "Swap the names back: a deployed store keeps its name.";

/** The steps with which a release gets the name of a deployed release of another kind. */
const afterUpdate = (name: string, { update }: Remedies, kind: ReleasePlan["kind"], first = ""): string =>
  `take ${kind} ${name} out of the inventory, ${first}run ${update}, then add the ${kind} again`;
/** The same steps if the deployed release is a store. */
const firstRemove = (name: string, remedies: Remedies, kind: ReleasePlan["kind"]): string =>
  afterUpdate(name, remedies, kind, `${remedies.removeStore(name)}, `);

/** A hint that a renamed store is a new one. */
const renameText = (name: string, twin: string | undefined, kind: StoreKind | undefined): string =>
  twin === undefined
    ? ""
    : `. If ${twin} is its new name: a renamed store is another one, a new ${kind} with empty volumes and new passwords, and ${name} is removed`;

/** A hint that the permissions are for other stores. */
const otherwise = (permitted: readonly string[]): string =>
  permitted.length === 0
    ? ""
    : `; ${SETTING} names ${permitted.map((name) => `store/${name}`).join(", ")} only`;

/** Reports Secrets and passwords that left the plan without a permission, and permissions for those that stay. */
export function credentialDeletionProblems(
  { settings, deployed, application, deployedGuarded, remedies }: PlanContext,
  planned: { secrets: Record<string, SecretPlan>; credentials: Record<string, CredentialPlan> },
): Problem[] {
  const { secrets = [], passwords = [] } = deployedGuarded;
  const going = allowed(settings, "store");
  // Includes stores that an interrupted update has deleted: their passwords are deleted last.
  const stores = new Set([...deployedStores(deployed), ...going]);
  // The longest name wins: the name of one store can begin with that of another.
  const storeOf = (name: string): string | undefined =>
    [...stores].filter((store) => name.startsWith(`${store}-`)).sort((a, b) => b.length - a.length)[0];
  const goesWithStore = (name: string): boolean => {
    const store = storeOf(name);
    return store !== undefined && going.includes(store) && !own(application.stores, store);
  };
  const names = new Set(Object.keys(planned.credentials).map(withoutGeneration));
  const lost = [
    ...secrets.filter((name) => !(name in planned.secrets)).map((name) => ["secret", name] as const),
    // Rotations create and delete other generations of a planned password. The key of a cluster is not rotated, and is protected.
    ...passwords
      .filter((name) => !(name in planned.credentials))
      .filter((name) => isClusterKey(name) || !names.has(withoutGeneration(name)))
      .map((name) => ["password", name] as const),
  ];
  const kept = (["secret", "password"] as const).flatMap((kind) =>
    allowed(settings, kind)
      .filter((name) => name in (kind === "secret" ? planned.secrets : planned.credentials))
      .map((name) => ({
        where: SETTING,
        what: `it names ${kind}/${name}, which the stack still needs`,
        todo: `Take ${kind}/${name} out of ${SETTING}.`,
      })),
  );
  const refused = lost
    .filter(([kind, name]) => !goesWithStore(name) && !allowed(settings, kind).includes(name))
    .map(([kind, name]) => ({
      where: `apps/${application.name}.ts`,
      what: `${kind} ${name} is deployed, and nothing in the inventory or the settings needs it any more: the update would delete it`,
      todo: `Put back what needed it; or, if it may go: ${remedies.allow(`${kind}/${name}`, settings.allowDeletion.length)}`,
    }));
  return [...kept, ...refused];
}

const isClusterKey = (name: string): boolean =>
  allKinds().some(
    ({ clusterKey }) =>
      clusterKey !== undefined && withoutGeneration(name).endsWith(`-${clusterKey.account}`),
  );

const withoutGeneration = (name: string): string => name.replace(/-[0-9]+$/, "");

/** Warns of permissions for things that are not deployed: an update has used them, or they are misspelled. */
export function deletionWarnings({ settings, deployed, deployedGuarded }: PlanContext): string[] {
  const { secrets = [], passwords = [] } = deployedGuarded;
  const there = new Set([
    ...deployedStores(deployed).map((name) => `store/${name}`),
    ...secrets.map((name) => `secret/${name}`),
    ...passwords.map((name) => `password/${name}`),
  ]);
  return settings.allowDeletion
    .filter((entry) => !there.has(entry))
    .map((entry) => `${SETTING} names ${entry}, but the stack has none deployed: remove the entry`);
}

/** Reports releases that take the name of a deployed release of another kind: during the update Helm would need both. */
export function heldNameProblems(context: PlanContext, releases: readonly ReleasePlan[]): Problem[] {
  const { application, deployed, remedies } = context;
  return releases.flatMap(({ name, kind }) => {
    const there = own(deployed, name)?.kind;
    if (there === undefined || there === kind) return [];
    const swap = there === "store" ? swapOf(context, name) : undefined;
    return [
      {
        where: `apps/${application.name}.ts: ${kind} ${name}`,
        what: `a ${there} of that name is deployed, and Helm cannot have two releases of one name${swap === undefined ? "" : `; ${swap}`}`,
        todo:
          swap === undefined
            ? `Give the ${kind} another name; or ${there === "store" ? firstRemove(name, remedies, kind) : afterUpdate(name, remedies, kind)}`
            : SWAP_BACK,
      },
    ];
  });
}
