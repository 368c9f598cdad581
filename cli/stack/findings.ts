/** Why releases of a stack are not deployed or not ready. */
import { compact } from "../../src/model/records";
import { readCharts } from "../../src/plan/chart";
import { planWithRules } from "../../src/plan/compose";
import type { Plan } from "../../src/plan/plan";
import { explain, type Finding, type KnownRelease } from "../core/explain/explain";
import { deployedOf, type ExportedResource, hasFailed, RELEASE } from "../core/state";
import { PROJECT } from "../tools/paths";
import { readFacts } from "./facts";
import { withLogs } from "./logs";
import type { Look } from "./look";
import { configOfStack } from "./settings";
import { projectTransform } from "./transform";

/** Errors that an update has just ended with, by release: what the state does not keep. */
export type Errors = Readonly<Record<string, string>>;

/** `running` is who is updating the stack just now, where somebody is. */
export async function explainStack(
  stack: string,
  look: Look,
  { errors = {}, running }: { errors?: Errors; running?: string } = {},
): Promise<Finding[]> {
  const { kubectl, namespace, lastUpdate } = look;
  const facts = await readFacts(kubectl, namespace);
  const findings = explain(
    knownReleases(stack, look, errors),
    facts,
    compact({
      stack,
      namespace,
      // Before the first update there is nothing to be old.
      since: Date.parse(lastUpdate?.startedAt ?? "") || 0,
      running,
    }),
  );
  return Promise.all(
    findings.map(async (finding) => ({
      ...finding,
      reasons: await withLogs(kubectl, namespace, finding.reasons),
    })),
  );
}

/** What should be there: what the settings plan, and what the state has. */
function knownReleases(stack: string, look: Look, errors: Errors): KnownRelease[] {
  const { resources, live } = look;
  const deployed = deployedOf(resources);
  const kinds: Record<string, KnownRelease["kind"]> = {};
  for (const [name, { kind }] of Object.entries(deployed)) kinds[name] = kind;
  // What is planned and was never deployed is missing only if an update has tried.
  const hasTried = look.lastUpdate !== undefined && look.lastUpdate.result !== "succeeded";
  if (hasTried || Object.keys(errors).length > 0)
    for (const { name, kind } of Object.values(plannedReleases(stack, look))) kinds[name] ??= kind;
  const failures = failuresOf(resources);
  return Object.entries(kinds).map(([name, kind]) => {
    const error = errors[name] ?? failures[name];
    return compact({ name, kind, status: live[name]?.newest.status, error });
  });
}

/** Settings that cannot be planned now say nothing of what runs. */
function plannedReleases(stack: string, { read, resources }: Look): Plan["releases"] {
  if (!read) return {};
  try {
    const surroundings = {
      charts: readCharts(PROJECT),
      deployed: deployedOf(resources),
      transform: projectTransform(),
    };
    return planWithRules(configOfStack(stack), read, surroundings).planned.releases;
  } catch {
    return {};
  }
}

const failuresOf = (resources: readonly ExportedResource[]): Record<string, string> =>
  Object.fromEntries(
    resources
      .filter((resource) => resource.type === RELEASE && hasFailed(resource))
      .map(({ inputs, initErrors }) => [String(inputs?.name), (initErrors ?? []).join("; ")]),
  );
