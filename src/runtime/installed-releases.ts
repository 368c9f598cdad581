/** Finds releases that Helm knows but the state does not: Helm refuses to install another release with the same name. */
import type { Problem } from "../model/problems";
import type { Deployed } from "../plan/deployed";
import type { Plan } from "../plan/plan";
import type { Ask } from "./ask-cluster";

/** A Secret in which Helm records a release, with its labels. */
interface HelmRecord {
  metadata: { labels?: { name?: string; status?: string; version?: string } };
}

/** Returns the status of the newest record of each release that Helm knows. */
export async function readStatuses(
  ask: Ask,
  namespace: string,
  releases: readonly string[],
): Promise<Record<string, string>> {
  if (releases.length === 0) return {};
  const selector = encodeURIComponent(`owner=helm,name in (${releases.join(",")})`);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets?labelSelector=${selector}`;
  const answer = await ask(path);
  // Without permission to list them, the update itself shows Helm's message.
  if (!("object" in answer)) return {};
  const labels = (answer.object as { items: HelmRecord[] }).items.map(
    ({ metadata }) => metadata.labels ?? {},
  );
  labels.sort((a, b) => Number(a.version) - Number(b.version));
  return Object.fromEntries(labels.map(({ name = "", status = "unknown" }) => [name, status]));
}

const OTHERS = "If others need it: rename the service or store.";

/** Returns why a release that Helm already knows must not be installed. */
export const installedProblem = (release: string, status: string, stack: string): Problem => ({
  where: `release ${release}`,
  what: `helm has already installed the release (${status}), but it is not in the stack's state`,
  todo:
    status === "deployed"
      ? `To take it over: npx flotilla adopt --stack ${stack}. ${OTHERS}`
      : `If an update was interrupted: npx flotilla recover --stack ${stack}. Otherwise finish or roll back the release with helm, then run: npx flotilla adopt --stack ${stack}. ${OTHERS}`,
});

/** Reports the releases that an update would install and Helm already knows. */
export async function readInstalled(
  ask: Ask,
  { namespace, releases }: Pick<Plan, "namespace" | "releases">,
  deployed: Deployed,
  stack: string,
): Promise<Problem[]> {
  const names = Object.keys(releases).filter((name) => !Object.hasOwn(deployed, name));
  const statuses = await readStatuses(ask, namespace.name, names);
  return Object.entries(statuses).map(([name, status]) => installedProblem(name, status, stack));
}
