/** Checks that releases of others in a shared namespace do not have the names of releases that an update would install. */
import { type Problem, refuse } from "../model/problems";
import type { Deployed } from "../plan/deployed";
import type { Plan } from "../plan/plan";
import type { Ask } from "./ask-cluster";

/** Returns why releases cannot be installed: Helm has one of the name in the namespace, which the state does not know. */
export const takenNameProblems = (
  names: readonly string[],
  installed: readonly string[],
  { namespace, stack }: { namespace: string; stack: string },
): Problem[] =>
  names
    .filter((name) => installed.includes(name))
    .map((name) => ({
      where: `release ${name}`,
      what: `Helm has a release ${name} in namespace ${namespace} already, and the state does not know it`,
      todo: `If others installed it: give the service or store another name, or the stack another namespace
    If it is of this application: npx flotilla adopt --stack ${stack}
    If an update of ${stack} was interrupted: npx flotilla recover --stack ${stack}`,
    }));

/** Checks new releases before an update. @throws FlotillaError if Helm has one of the name that the state does not know. */
export async function checkReleases(
  ask: Ask,
  { namespace: { name: namespace }, releases }: Pick<Plan, "namespace" | "releases">,
  deployed: Deployed,
  stack: string,
): Promise<void> {
  const names = Object.keys(releases).filter((name) => !Object.hasOwn(deployed, name));
  if (names.length === 0) return;
  const selector = encodeURIComponent(`owner=helm,status=deployed,name in (${names.join(",")})`);
  const answer = await ask(
    `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets?labelSelector=${selector}`,
  );
  // Without the right to list them, Helm itself shows the API server's message.
  if (!("object" in answer)) return;
  const { items } = answer.object as { items: { metadata: { labels?: Record<string, string> } }[] };
  const installed = items.flatMap(({ metadata }) => metadata.labels?.name ?? []);
  refuse(takenNameProblems(names, installed, { namespace, stack }));
}
