/** Finds releases that Helm has recorded and the state does not know: Helm refuses to install another one of their name. */
import type { Problem } from "../model/problems";
import type { Deployed } from "../plan/deployed";
import type { Plan } from "../plan/plan";
import type { Ask } from "./ask-cluster";

/** One of Helm's own records, as far as its labels tell. */
interface HelmRecord {
  metadata: { labels?: { name?: string; status?: string; version?: string } };
}

/** Returns the status of the newest record of each release that Helm has. */
export async function readStatuses(
  ask: Ask,
  namespace: string,
  releases: readonly string[],
): Promise<Record<string, string>> {
  if (releases.length === 0) return {};
  const selector = encodeURIComponent(`owner=helm,name in (${releases.join(",")})`);
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets?labelSelector=${selector}`;
  const answer = await ask(path);
  // Without the right to list them, the update itself shows Helm's message.
  if (!("object" in answer)) return {};
  const labels = (answer.object as { items: HelmRecord[] }).items.map(
    ({ metadata }) => metadata.labels ?? {},
  );
  labels.sort((a, b) => Number(a.version) - Number(b.version));
  return Object.fromEntries(labels.map(({ name = "", status = "unknown" }) => [name, status]));
}

const OTHERS = "If others need it: give the service or store another name.";

/** Returns why a release that Helm has recorded must not be installed. */
export const installedProblem = (release: string, status: string, stack: string): Problem => ({
  where: `release ${release}`,
  what: `helm has installed it already (${status}), and the state of the stack does not know it`,
  todo:
    status === "deployed"
      ? `To take it over: npx flotilla adopt --stack ${stack}. ${OTHERS}`
      : `If an update was interrupted: npx flotilla recover --stack ${stack}. Otherwise bring it to an end with helm, then: npx flotilla adopt --stack ${stack}. ${OTHERS}`,
});

/** Returns the releases that an update installs and Helm has recorded already, as problems. */
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
