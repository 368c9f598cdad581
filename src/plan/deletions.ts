/** Checks what an update would delete: the settings must allow the deletion of stores, Secrets and passwords. */
import type { Settings } from "../config/schema";
import type { StoreKind } from "../model/application";
import { own } from "../model/graph";
import type { Problem } from "../model/problems";
import type { PlanContext } from "./context";
import { deployedStore, deployedStores } from "./deployed";
import type { CredentialPlan, ReleasePlan, SecretPlan } from "./plan";
import type { Remedies } from "./remedies";
import { deployedVolumes } from "./services/deployed-volumes";
import { allKinds } from "./stores/registry";

/** The setting that allows deletions. */
const SETTING = "flotilla:allowDeletion";

/** Returns the names of a kind that the settings allow to delete. */
const allowed = ({ allowDeletion }: Settings, kind: "store" | "secret" | "password"): string[] =>
  allowDeletion.flatMap((entry) => (entry.startsWith(`${kind}/`) ? [entry.slice(kind.length + 1)] : []));

/** Returns the deployed stores that the inventory does not have. */
const removedStores = ({ deployed, application }: PlanContext): string[] =>
  deployedStores(deployed).filter((name) => !own(application.stores, name));

/** Reports removed stores whose deletion is not allowed, and allowed deletions of stores that stay. */
export function storeDeletionProblems(context: PlanContext): Problem[] {
  const { settings, application, deployed, remedies } = context;
  const permitted = allowed(settings, "store");
  const added = Object.keys(application.stores).filter((name) => deployedStore(deployed, name) === undefined);
  return [
    ...permitted
      .filter((name) => own(application.stores, name))
      .map((name) => ({
        where: SETTING,
        what: `lists store/${name}, which is still in the inventory`,
        todo: `Remove ${name} from apps/${application.name}.ts, or store/${name} from ${SETTING}.`,
      })),
    ...removedStores(context)
      .filter((name) => !permitted.includes(name))
      .map((name) => {
        const kind = deployedStore(deployed, name)?.kind;
        const twin = added.find((other) => own(application.stores, other)?.kind === kind);
        const where = `apps/${application.name}.ts`;
        const what = `store ${name} was removed from the inventory, but it is deployed with its data`;
        if (!own(application.services, name))
          return {
            where,
            what: `${what}${renameText(name, twin, kind)}${otherwise(permitted)}`,
            todo: `Put it back. If its data can be deleted: ${remedies.removeStore(name)}`,
          };
        const swap = swapOf(context, name);
        return {
          where,
          what: `${what}, and ${swap ?? `service ${name} now has its name`}${otherwise(permitted)}`,
          todo:
            swap === undefined
              ? `Put it back, and rename service ${name}. If its data can be deleted: ${firstRemove(name, remedies, "service")}`
              : SWAP_BACK,
        };
      }),
  ];
}

/** Describes a deployed store and a deployed service that have swapped names. Undefined if they have not. */
function swapOf({ application, deployed }: PlanContext, store: string): string | undefined {
  if (!own(application.services, store)) return undefined;
  const kind = deployedStore(deployed, store)?.kind;
  const other = Object.keys(application.stores).find(
    (name) => own(deployed, name)?.kind === "service" && own(application.stores, name)?.kind === kind,
  );
  return other === undefined
    ? undefined
    : `a store and a service swapped names: ${store} is deployed as a store and is now a service, ${other} is deployed as a service and is now a store`;
}

const SWAP_BACK = "Swap the names back: a deployed store keeps its name.";

/** Returns the steps to reuse the name of a deployed release for a release of another kind. */
const afterUpdate = (name: string, { update }: Remedies, kind: ReleasePlan["kind"], first = ""): string =>
  `remove ${kind} ${name} from the inventory, ${first}run ${update}, then add the ${kind} again`;
/** Returns the same steps if the deployed release is a store. */
const firstRemove = (name: string, remedies: Remedies, kind: ReleasePlan["kind"]): string =>
  afterUpdate(name, remedies, kind, `${remedies.removeStore(name)}, `);

/** Returns a hint that renaming a store creates a new one. */
const renameText = (name: string, twin: string | undefined, kind: StoreKind | undefined): string =>
  twin === undefined
    ? ""
    : `. A store cannot be renamed: ${twin} would be a new ${kind} with empty volumes and new passwords, and ${name} would be removed`;

/** Returns a hint that the settings allow other deletions. */
const otherwise = (permitted: readonly string[]): string =>
  permitted.length === 0
    ? ""
    : `; ${SETTING} only lists ${permitted.map((name) => `store/${name}`).join(", ")}`;

/** Reports removed Secrets and passwords whose deletion is not allowed, and allowed deletions of those that stay. */
export function credentialDeletionProblems(
  { settings, deployed, application, deployedGuarded, remedies }: PlanContext,
  planned: { secrets: Record<string, SecretPlan>; credentials: Record<string, CredentialPlan> },
): Problem[] {
  const { secrets = [], passwords = [] } = deployedGuarded;
  const going = allowed(settings, "store");
  // Includes stores that an interrupted update has already deleted: their passwords are deleted last.
  const stores = new Set([...deployedStores(deployed), ...going]);
  // The longest name wins, because the name of one store can be a prefix of another's.
  const storeOf = (name: string): string | undefined =>
    [...stores].filter((store) => name.startsWith(`${store}-`)).sort((a, b) => b.length - a.length)[0];
  const goesWithStore = (name: string): boolean => {
    const store = storeOf(name);
    return store !== undefined && going.includes(store) && !own(application.stores, store);
  };
  const names = new Set(Object.keys(planned.credentials).map(withoutGeneration));
  const lost = [
    ...secrets.filter((name) => !(name in planned.secrets)).map((name) => ["secret", name] as const),
    // Rotations create and delete other generations of a planned password. A cluster key is not rotated, and is protected.
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
        what: `lists ${kind}/${name}, which the stack still needs`,
        todo: `Remove ${kind}/${name} from ${SETTING}.`,
      })),
  );
  const refused = lost
    .filter(([kind, name]) => !goesWithStore(name) && !allowed(settings, kind).includes(name))
    .map(([kind, name]) => ({
      where: `apps/${application.name}.ts`,
      what: `${kind} ${name} is deployed, but the inventory and the settings no longer need it: the update would delete it`,
      todo: `Put back what needs it. If it can be deleted: ${remedies.allow(`${kind}/${name}`, settings.allowDeletion.length)}`,
    }));
  return [...kept, ...refused];
}

const isClusterKey = (name: string): boolean =>
  allKinds().some(
    ({ clusterKey }) =>
      clusterKey !== undefined && withoutGeneration(name).endsWith(`-${clusterKey.account}`),
  );

const withoutGeneration = (name: string): string => name.replace(/-[0-9]+$/, "");

/** Warns about allowed deletions of things that are not deployed: an update has deleted them, or the name is misspelled. */
export function deletionWarnings({ settings, deployed, deployedGuarded }: PlanContext): string[] {
  const { secrets = [], passwords = [] } = deployedGuarded;
  const there = new Set([
    ...deployedStores(deployed).map((name) => `store/${name}`),
    ...deployedVolumes(deployed).map((name) => `volume/${name}`),
    ...secrets.map((name) => `secret/${name}`),
    ...passwords.map((name) => `password/${name}`),
  ]);
  return settings.allowDeletion
    .filter((entry) => !there.has(entry))
    .map((entry) => `${SETTING} lists ${entry}, which is not deployed: remove the entry`);
}

/** Reports releases with the name of a deployed release of another kind: both would exist during the update. */
export function nameCollisionProblems(context: PlanContext, releases: readonly ReleasePlan[]): Problem[] {
  const { application, deployed, remedies } = context;
  return releases.flatMap(({ name, kind }) => {
    const there = own(deployed, name)?.kind;
    if (there === undefined || there === kind) return [];
    const swap = there === "store" ? swapOf(context, name) : undefined;
    return [
      {
        where: `apps/${application.name}.ts: ${kind} ${name}`,
        what: `a ${there} with this name is deployed, and Helm cannot have two releases with one name${swap === undefined ? "" : `; ${swap}`}`,
        todo:
          swap === undefined
            ? `Rename the ${kind}; or ${there === "store" ? firstRemove(name, remedies, kind) : afterUpdate(name, remedies, kind)}`
            : SWAP_BACK,
      },
    ];
  });
}
