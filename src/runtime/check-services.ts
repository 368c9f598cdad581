/** Refuses a Service that becomes headless, or no longer headless, while the old one exists. */
import { type Problem, refuse } from "../model/problems";
import type { Plan } from "../plan/plan";
import type { HeadlessChange } from "../plan/services/replacement";
import type { Ask } from "./ask-cluster";

/** A Service as the API server has it. */
export interface LiveService {
  spec?: { clusterIP?: string };
}

/**
 * Returns why a Service cannot change yet. The API server refuses to remove a cluster IP, and silently keeps a headless Service
 * headless.
 */
export function headlessProblem(
  { name, headless }: HeadlessChange,
  live: LiveService | undefined,
  { application, namespace }: Pick<Plan, "application" | "namespace">,
): Problem | undefined {
  if (live === undefined || (live.spec?.clusterIP === "None") === headless) return undefined;
  return {
    where: `apps/${application}.ts: service ${name}: headless`,
    what: `the deployed Service ${headless ? "has a cluster IP" : "is headless"}, and Kubernetes does not change that in place`,
    todo: `Delete the Service, and update right after it: kubectl delete service ${name} -n ${namespace.name}. Until the update creates it again, new connections to ${name} fail.`,
  };
}

/** Checks Services that change their kind. @throws FlotillaError if the update could not change them. */
export async function checkServices(
  ask: Ask,
  planned: Plan,
  changes: readonly HeadlessChange[],
): Promise<void> {
  const problems = await Promise.all(
    changes.map(async (change) => {
      const path = `/api/v1/namespaces/${encodeURIComponent(planned.namespace.name)}/services/${change.name}`;
      const answer = await ask(path);
      // Without permission to read it, the update itself shows the API server's message.
      if (!("object" in answer)) return [];
      const problem = headlessProblem(change, answer.object as LiveService, planned);
      return problem ? [problem] : [];
    }),
  );
  refuse(problems.flat());
}
