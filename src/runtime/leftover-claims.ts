/** Finds volume claims of an earlier store that a new store would reuse, although their data has the old passwords. */
import type { Application, Store } from "../model/application";
import { type Problem, refuse } from "../model/problems";
import { storesOfClaim } from "../model/store-claims";
import { hasSecret, storeSecretName } from "../plan/credentials";
import { passwordsOfStore } from "../plan/credentials/generated";
import type { Deployed, DeployedGuarded } from "../plan/deployed";
import type { Plan } from "../plan/plan";
import { kindOf } from "../plan/stores/registry";
import type { Ask } from "./ask-cluster";

/** A volume claim as the API server lists it. */
export interface ClaimObject {
  metadata: { name: string; uid?: string; labels?: Record<string, string> };
  spec?: { volumeName?: string; resources?: { requests?: { storage?: string } } };
  status?: { capacity?: { storage?: string } };
}

/** Returns the size of a claim, as Kubernetes formats it. */
export const sizeOf = ({ spec, status }: ClaimObject): string =>
  status?.capacity?.storage ?? spec?.resources?.requests?.storage ?? "size unknown";

/** Whether the pods of a store's release reuse a claim, by its chart's label or by its name. */
export function isClaimOf({ metadata }: ClaimObject, store: string): boolean {
  const instance = metadata.labels?.["app.kubernetes.io/instance"];
  if (instance !== undefined) return instance === store;
  return storesOfClaim(metadata.name).includes(store);
}

/** Returns the stores that the next update installs with passwords that are not in the state. */
export function newStores(
  application: Application,
  planned: Pick<Plan, "releases" | "credentials" | "secrets">,
  deployed: Deployed,
  { passwords = [] }: DeployedGuarded,
): string[] {
  return Object.keys(application.stores).filter((name) => {
    const store = application.stores[name];
    if (!store || !hasSecret(store) || deployed[name]?.kind === "store") return false;
    const generated = passwordsOfStore(planned, name);
    return generated.length > 0 && !generated.every((credential) => passwords.includes(credential));
  });
}

/** Whether the data of a store contains its passwords. Other stores use the password that they start with. */
export const keepsPasswords = ({ kind }: Pick<Store, "kind">): boolean => kindOf(kind).reset !== undefined;

/** Returns why stores must not be installed: claims or a Secret of an earlier store with the same name still exist. */
export function leftoverProblems(
  application: Application,
  stores: readonly string[],
  claims: readonly ClaimObject[],
  secrets: readonly string[],
  { namespace, stack }: { namespace: string; stack: string },
): Problem[] {
  return stores.flatMap((store) => {
    const described = application.stores[store];
    const own =
      described && keepsPasswords(described) ? claims.filter((claim) => isClaimOf(claim, store)) : [];
    const secret = storeSecretName(store);
    const hasOld = secrets.includes(secret);
    if (own.length === 0 && !hasOld) return [];
    const names = own.map(({ metadata }) => metadata.name);
    const there = own.map((claim) => `${claim.metadata.name} (${sizeOf(claim)})`).join(", ");
    const what =
      own.length === 0
        ? `Secret ${secret} of an earlier ${store} still exists, but is not in the state`
        : `the store would reuse the volume ${own.length === 1 ? "claim" : "claims"} ${there} of an earlier ${store}. Its data was created with other passwords, so logins with new ones would fail`;
    const reuse = hasOld
      ? `To reuse the passwords of Secret ${secret}: npx flotilla adopt --stack ${stack}`
      : `To find their passwords in the stack's history, or to set new ones: npx flotilla adopt --stack ${stack}`;
    const commands = [
      ...(names.length > 0 ? [`kubectl delete pvc ${names.join(" ")} -n ${namespace}`] : []),
      ...(hasOld ? [`kubectl delete secret ${secret} -n ${namespace}`] : []),
    ].join(" && ");
    const fresh =
      names.length > 0 ? "To start with empty volumes (deletes the data)" : "To start with a new password";
    return [
      {
        where: `apps/${application.name}.ts: store ${store}`,
        what,
        todo: `${reuse}\n    ${fresh}: ${commands}`,
      },
    ];
  });
}

/** Checks new stores before an update. @throws FlotillaError if one would reuse claims or a Secret of an earlier store. */
export async function checkLeftovers(
  ask: Ask,
  application: Application,
  planned: Plan,
  { deployed, deployedGuarded }: { deployed: Deployed; deployedGuarded: DeployedGuarded },
  stack: string,
): Promise<void> {
  const stores = newStores(application, planned, deployed, deployedGuarded);
  if (stores.length === 0) return;
  const path = `/api/v1/namespaces/${encodeURIComponent(planned.namespace.name)}`;
  const [claims, ...secrets] = await Promise.all([
    ask(`${path}/persistentvolumeclaims`),
    ...stores.map(async (store) => {
      const name = storeSecretName(store);
      return "object" in (await ask(`${path}/secrets/${name}`)) ? [name] : [];
    }),
  ]);
  // Without permission to list claims, only Secrets are found.
  const items = "object" in claims ? (claims.object as { items: ClaimObject[] }).items : [];
  const of = { namespace: planned.namespace.name, stack };
  const problems = leftoverProblems(application, stores, items, secrets.flat(), of);
  refuse(problems);
}
