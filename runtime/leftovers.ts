/** Volume claims that a store would take up although it is new to the stack: their data has passwords of before. */
import type { Application } from "../model/application";
import { FlotillaError, type Problem } from "../model/problems";
import { hasSecret, storeSecretName } from "../plan/credentials";
import type { Deployed, DeployedGuarded } from "../plan/deployed";
import { namesOfCredentials } from "../plan/leftovers";
import type { Plan } from "../plan/plan";
import type { Ask } from "./ask-cluster";

/** A claim as the API server lists it. */
export interface ClaimObject {
  metadata: { name: string; uid?: string; labels?: Record<string, string> };
  spec?: { volumeName?: string; resources?: { requests?: { storage?: string } } };
  status?: { capacity?: { storage?: string } };
}

/** The size of a claim, as Kubernetes writes it. */
export const sizeOf = ({ spec, status }: ClaimObject): string =>
  status?.capacity?.storage ?? spec?.resources?.requests?.storage ?? "size unknown";

/** Whether the pods of a store's release take a claim up: by the label that its chart gives it, or by its name. */
export function isClaimOf({ metadata }: ClaimObject, store: string): boolean {
  const instance = metadata.labels?.["app.kubernetes.io/instance"];
  if (instance !== undefined) return instance === store;
  return new RegExp(`^[a-z-]*-${store}(-(master|node|replicas|primary|secondary))?-[0-9]+$`).test(
    metadata.name,
  );
}

/** Stores that the next update installs and whose passwords their data would know: what else would be new to them. */
export function newStores(
  application: Application,
  planned: Pick<Plan, "releases" | "credentials" | "secrets">,
  deployed: Deployed,
  { passwords = [] }: DeployedGuarded,
): string[] {
  return Object.keys(application.stores).filter((name) => {
    const store = application.stores[name];
    // redis keeps no password in its data: it takes the one that it is started with.
    if (!store || store.kind === "redis" || !hasSecret(store)) return false;
    if (deployed[name]?.kind === "store") return false;
    const generated = namesOfCredentials(planned, storeSecretName(name));
    return generated.length > 0 && !generated.every((credential) => passwords.includes(credential));
  });
}

/** Why stores must not be installed on what is left of them. */
export function leftoverProblems(
  application: Application,
  stores: readonly string[],
  claims: readonly ClaimObject[],
  secrets: readonly string[],
  { namespace, stack }: { namespace: string; stack: string },
): Problem[] {
  return stores.flatMap((store) => {
    const own = claims.filter((claim) => isClaimOf(claim, store));
    if (own.length === 0) return [];
    const names = own.map(({ metadata }) => metadata.name);
    const there = own.map((claim) => `${claim.metadata.name} (${sizeOf(claim)})`).join(", ");
    const secret = storeSecretName(store);
    const reuse = secrets.includes(secret)
      ? `Secret ${secret} with their passwords is still there: npx flotilla adopt --stack ${stack} takes them over.`
      : `npx flotilla adopt --stack ${stack} looks for their passwords in the history of the stack.`;
    return [
      {
        where: `apps/${application.name}.ts: store ${store}`,
        what: `it would take up the volume ${own.length === 1 ? "claim" : "claims"} ${there} of an earlier ${store}, whose data has the passwords of then: nobody could log in with new ones`,
        todo: `${reuse}\n    Or begin with empty volumes, which deletes that data: kubectl delete pvc ${names.join(" ")} -n ${namespace}`,
      },
    ];
  });
}

/** @throws FlotillaError when a new store would take up claims whose passwords the state does not have. */
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
  const claims = await ask(`${path}/persistentvolumeclaims`);
  // Who has no right to look learns it from the store.
  if (!("object" in claims)) return;
  const { items } = claims.object as { items: ClaimObject[] };
  if (!items.some((claim) => stores.some((store) => isClaimOf(claim, store)))) return;
  const secrets = await Promise.all(
    stores.map(async (store) => {
      const name = storeSecretName(store);
      return "object" in (await ask(`${path}/secrets/${name}`)) ? [name] : [];
    }),
  );
  const of = { namespace: planned.namespace.name, stack };
  const problems = leftoverProblems(application, stores, items, secrets.flat(), of);
  if (problems.length > 0) throw new FlotillaError(problems);
}
