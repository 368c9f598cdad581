/** Explains why releases of a stack are not deployed or not ready. */
import type { Problem } from "../../src/model/problems";
import { compact } from "../../src/model/records";
import { imagesOfTasks } from "../../src/model/task";
import { readCharts } from "../../src/plan/chart";
import { planWithRules } from "../../src/plan/compose";
import { type Deployed, taskIn } from "../../src/plan/deployed";
import type { Plan } from "../../src/plan/plan";
import { askWithKubectl } from "../../src/runtime/ask-cluster";
import { conflictProblem, readConflicts } from "../../src/runtime/foreign-objects";
import { stateIn } from "../../src/runtime/state";
import { explain, type Finding, type KnownRelease } from "../core/explain/explain";
import type { Seen } from "../core/explain/seen";
import { byUrn, deployedOf, type ExportedResource, hasFailed, RELEASE } from "../core/state";
import { PROJECT } from "../tools/paths";
import { readFacts } from "./facts";
import type { Lock } from "./locks";
import { withLogs } from "./logs";
import { isFirstUpdateOpen, type Look } from "./look";
import { readSeen } from "./seen";
import { configOfStack } from "./settings";
import { projectTransform } from "./transform";

/** The errors of an update that has just ended, by release; the state does not record them. */
export type Errors = Readonly<Record<string, string>>;

export interface ExplainOptions {
  errors?: Errors;
  /** The running update: its user or process. Undefined if none is known. */
  running?: Lock;
  /** What the update that has just ended has seen. Default: as recorded. */
  seen?: Seen;
}

/** Returns the findings about a stack. */
export async function explainStack(
  stack: string,
  look: Look,
  { errors = {}, running, seen }: ExplainOptions = {},
): Promise<Finding[]> {
  const { kubectl, namespace, lastUpdate } = look;
  // A planned release that was never deployed counts as missing only if an update has tried. A first one is not in the history yet.
  const isAfterFailure =
    (lastUpdate !== undefined && lastUpdate.result !== "succeeded") || Object.keys(errors).length > 0;
  const planned =
    isAfterFailure || running !== undefined || isFirstUpdateOpen(look) ? planOf(stack, look) : undefined;
  const [facts, blocked] = await Promise.all([
    readFacts(kubectl, namespace),
    // What a running update has installed is not in the state yet, and would look like someone else's.
    planned && isAfterFailure && running === undefined
      ? blockedReleases(stack, look, planned)
      : ({} as Record<string, Problem[]>),
  ]);
  const lastStart = running?.since ?? lastUpdate?.startedAt;
  const findings = explain(
    knownReleases(look, errors, planned).map((release) => ({
      ...release,
      blocked: blocked[release.name] ?? [],
    })),
    facts,
    compact({
      stack,
      namespace,
      // Before the first update, no event is too old.
      since: Date.parse(lastStart ?? "") || 0,
      running: running?.by,
      seen: seen ?? readSeen(stack, lastStart),
      imageOf: look.read && imagesOfTasks(look.read.application),
    }),
  );
  return Promise.all(
    findings.map(async (finding) => ({
      ...finding,
      reasons: await withLogs(kubectl, namespace, finding.reasons),
    })),
  );
}

/** The releases that should exist: those of the plan and those in the state. */
function knownReleases({ resources, live }: Look, errors: Errors, planned: Plan | undefined): KnownRelease[] {
  const deployed = deployedOf(resources);
  const kinds: Record<string, KnownRelease["kind"]> = {};
  for (const [name, { kind }] of Object.entries(deployed)) kinds[name] = kind;
  for (const { name, kind } of Object.values(planned?.releases ?? {})) kinds[name] ??= kind;
  const tasks = tasksOf(deployed, planned);
  const failures = failuresOf(resources);
  return Object.entries(kinds).map(([name, kind]) => {
    const error = errors[name] ?? failures[name];
    const isNew = Object.hasOwn(deployed, name) ? undefined : true;
    return compact({ name, kind, ...tasks[name], status: live[name]?.newest.status, error, isNew });
  });
}

/** The task of each release that belongs to one, and the services that are updated after it. */
function tasksOf(
  deployed: Deployed,
  planned: Plan | undefined,
): Record<string, Pick<KnownRelease, "task" | "before">> {
  const releases = Object.values(planned?.releases ?? {});
  const inState = Object.entries(deployed).flatMap(([name, { values }]) => {
    const task = taskIn(values);
    return task === undefined ? [] : [[name, { task }] as const];
  });
  const inPlan = releases.flatMap(({ name, task }) => {
    const before = releases.flatMap((other) =>
      other.needs.includes(name) && other.kind === "service" ? [other.name] : [],
    );
    return task === undefined ? [] : [[name, { task, before }] as const];
  });
  return Object.fromEntries([...inState, ...inPlan]);
}

/** The plan of the settings; undefined if they are invalid, which must not hide findings about what runs. */
export function planOf(
  stack: string,
  { read, resources }: Pick<Look, "read" | "resources">,
): Plan | undefined {
  if (!read) return undefined;
  try {
    const surroundings = {
      charts: readCharts(PROJECT),
      deployed: deployedOf(resources),
      transform: projectTransform(),
    };
    return planWithRules(configOfStack(stack), read, surroundings).planned;
  } catch {
    return undefined;
  }
}

/** Existing objects that block releases or the Secrets they need, by release. */
async function blockedReleases(
  stack: string,
  { cluster, resources }: Look,
  planned: Plan,
): Promise<Record<string, Problem[]>> {
  const { deployed, objects } = stateIn(byUrn(resources));
  const conflicts = await readConflicts(askWithKubectl(cluster), planned, deployed, objects);
  return Object.fromEntries(
    Object.values(planned.releases).flatMap(({ name, secrets }) => {
      const own = conflicts.filter(
        ({ release, kind, name: object }) =>
          release === name || (release === undefined && kind === "Secret" && secrets.includes(object)),
      );
      return own.length === 0 ? [] : [[name, own.map((conflict) => conflictProblem(conflict, stack))]];
    }),
  );
}

const failuresOf = (resources: readonly ExportedResource[]): Record<string, string> =>
  Object.fromEntries(
    resources
      .filter((resource) => resource.type === RELEASE && hasFailed(resource))
      .map(({ inputs, initErrors }) => [String(inputs?.name), (initErrors ?? []).join("; ")]),
  );
