/** The stages of `flotilla check`: each one continues from the valid result of the previous one. */
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { OptionalChecker } from "../../src/config/rules";
import { locate, readSettings, type StackConfig, type StackSettings } from "../../src/config/settings";
import { stackFileName } from "../../src/config/stack-names";
import { own } from "../../src/model/graph";
import { FlotillaError } from "../../src/model/problems";
import { readCharts } from "../../src/plan/chart";
import { planWithRules } from "../../src/plan/compose";
import type { AppContext } from "../../src/plan/context";
import type { Plan, ReleasePlan } from "../../src/plan/plan";
import {
  factsOfObjects,
  ownerOf,
  problemsOf,
  type RenderedObject,
  releaseViolations,
  signalWarnings,
  type Violation,
} from "../../src/plan/rules";
import {
  type ObjectOwner,
  type Row,
  rowsOfExceptions,
  rowsOfProblems,
  rowsOfReport,
  rowsOfWarnings,
  type Stage,
} from "../core/check-report";
import { isDeployed, nameOf, objectsIn } from "../core/diff/manifests";
import { kubeScore } from "../tools/checks/kube-score";
import { kubeconform } from "../tools/checks/kubeconform";
import type { Report } from "../tools/checks/report";
import { firstLine, wordsOf } from "../tools/failure";
import { PROJECT } from "../tools/paths";
import { findTool } from "../tools/toolchain/ensure";
import { catalogue } from "./catalogue";
import { type RenderedRelease, renderReleases } from "./rendering";
import { configOfStack, settingsOfStack } from "./settings";
import { projectTransform } from "./transform";

export interface Checked {
  stages: Stage[];
  /** Releases whose charts are not on this machine. */
  away: string[];
}

/** Checks a stack without a cluster and without its state. @throws FlotillaError if the stack does not exist. */
export async function checkStack(stack: string): Promise<Checked> {
  if (!existsSync(join(PROJECT, stackFileName(stack)))) settingsOfStack(stack);
  const config = configOfStack(stack);
  const layers = config.files
    .filter(({ kind }) => kind === "layer")
    .map(({ path }) => basename(path, ".yaml"));
  const files = `${stackFileName(stack)}, ${layers.length === 0 ? "no layers" : `layers ${layers.join(", ")}`}`;
  const read = attempt(() => readSettings(config, catalogue()));
  if ("problems" in read)
    return {
      stages: [{ stage: "settings", lookedAt: files, rows: rowsOfProblems("settings", read.problems) }],
      away: [],
    };
  const settled: Stage = { stage: "settings", lookedAt: files, rows: [] };
  const { settings } = read.result;
  const charts = readCharts(PROJECT);
  const planned = attempt(() =>
    planWithRules(config, read.result, { charts, transform: projectTransform() }),
  );
  if ("problems" in planned)
    return {
      stages: [
        settled,
        { stage: "plan", lookedAt: "the plan", rows: rowsOfProblems("plan", planned.problems) },
      ],
      away: [],
    };
  const planStage = stageOfPlan(planned.result.planned);
  if ((await findTool("helm")) === undefined)
    return { stages: [settled, planStage, stageOfValues(planned.result, config, read.result)], away: [] };
  const rendered = await renderReleases(planned.result.planned, settings, charts);
  return {
    stages: [settled, planStage, ...(await stagesOfObjects(planned.result, config, read.result, rendered))],
    away: rendered.flatMap(({ release, manifests, failure }) =>
      manifests === undefined && failure === undefined ? [release.name] : [],
    ),
  };
}

function stageOfPlan({ releases, warnings, namespace }: Plan): Stage {
  const { pods } = namespace.quota;
  return {
    stage: "plan",
    lookedAt: `${Object.keys(releases).length} releases, ${pods === undefined ? `shared namespace ${namespace.name}` : `a quota of ${pods} pods`}`,
    rows: warnings.map((warning) => ({
      severity: "warning",
      stage: "plan",
      check: "plan",
      where: namespace.name,
      what: warning,
      todo: "",
    })),
  };
}

/** The rules without rendered objects: what preview and up refuse. Helm is not installed for a check, because building it takes minutes. */
function stageOfValues(
  { context, violations }: ReturnType<typeof planWithRules>,
  config: StackConfig,
  settings: StackSettings,
): Stage {
  return {
    stage: "rules",
    lookedAt: "planned values only: helm is not installed (npx flotilla sandbox tools)",
    rows: [...rowsOfRules(violations, config, settings), ...signalRows(context)],
  };
}

/** Violations and exceptions as findings, with the place of each setting. */
function rowsOfRules(
  violations: readonly Violation[],
  config: StackConfig,
  { origins }: StackSettings,
): Row[] {
  const problems = problemsOf(violations);
  const placed = problems.length === 0 ? [] : locate(new FlotillaError(problems), config, origins).problems;
  return [...rowsOfProblems("rules", placed), ...rowsOfExceptions("rules", violations)];
}

/** Programs that probably ignore SIGTERM: the inventory suggests it, and no object can show it. */
function signalRows(context: AppContext): Row[] {
  const warnings = signalWarnings(context);
  return [...rowsOfWarnings("rules", warnings), ...rowsOfExceptions("rules", warnings)];
}

async function stagesOfObjects(
  { context, violations }: ReturnType<typeof planWithRules>,
  config: StackConfig,
  settings: StackSettings,
  rendered: readonly RenderedRelease[],
): Promise<Stage[]> {
  const releases = rendered.map(({ release, manifests }) => ({
    release,
    manifests,
    objects: manifests === undefined ? [] : objectsIn(manifests),
  }));
  const available = releases.filter(({ manifests }) => manifests !== undefined);
  const seen = releaseViolations(
    context,
    available.map(({ release, objects }) => ({ release, facts: factsOfObjects(release, objects) })),
  );
  // Violations found in the values alone are refused by preview and up, so they are errors here too, unless the objects show them.
  const unseen = violations.filter(
    ({ release, rule, excepted }) =>
      !seen.some((other) => other.release === release && other.rule === rule && other.excepted === excepted),
  );
  const count = available.reduce((sum, { objects }) => sum + objects.length, 0);
  // kube-score is for our own charts; Bitnami's objects are not ours to fix.
  const own = available.filter(
    ({ release }) => "path" in release.chart && !release.chart.path.endsWith(".tgz"),
  );
  const deployed = own.flatMap(({ objects }) => objects.filter(isDeployed));
  const owner = (object: string): ObjectOwner | undefined => {
    const found = available.find(({ objects }) => objects.some((candidate) => nameOf(candidate) === object));
    return found && ownerOfRelease(context, found.release);
  };
  return [
    {
      stage: "rules",
      lookedAt: `${count} objects of ${available.length} releases`,
      rows: [
        ...rendered.flatMap(({ release, failure }) =>
          failure === undefined ? [] : [failureRow(release.name, failure)],
        ),
        ...rowsOfRules([...seen, ...unseen], config, settings),
        ...signalRows(context),
      ],
    },
    await checker("kubeconform", `${count} objects`, owner, () =>
      kubeconform(asText(available.flatMap(({ objects }) => objects))),
    ),
    await checker("kube-score", `${deployed.length} objects of our charts`, owner, () =>
      // The environment decides the number of pods; in prod the rule `replicas` sets the minimum.
      kubeScore(asText(deployed), ["deployment-replicas"]),
    ),
  ];
}

/** The service or store of a release, with its exceptions in the stack's settings. */
function ownerOfRelease({ application, settings }: AppContext, release: ReleasePlan): ObjectOwner {
  const { kind, name } = ownerOf(application, release);
  const exceptions = Object.entries(own(settings[kind], name)?.exceptions ?? {}).flatMap(([rule, why]) =>
    typeof why === "string" ? [[rule, why] as const] : [],
  );
  return { path: `flotilla:${kind}.${name}`, exceptions: Object.fromEntries(exceptions) };
}

/** Runs an optional checker. If it is not installed or fails, the stage is skipped and says so, but the check does not fail. */
async function checker(
  name: OptionalChecker,
  lookedAt: string,
  owner: (object: string) => ObjectOwner | undefined,
  check: () => Promise<Report | undefined>,
): Promise<Stage> {
  const leftOut = (why: string): Stage => ({
    stage: name,
    lookedAt: `skipped: ${why}`,
    rows: [],
    skipped: true,
  });
  if ((await findTool(name)) === undefined)
    return leftOut("it is not installed (npx flotilla sandbox tools)");
  try {
    const report = await check();
    if (!report)
      return leftOut(
        "the schemas of Kubernetes are missing (start the sandbox once: npx flotilla sandbox start)",
      );
    return { stage: name, lookedAt, rows: rowsOfReport(name, report, owner), annotated: report.excepted };
  } catch (error) {
    return leftOut(firstLine(wordsOf(error)));
  }
}

const failureRow = (release: string, failure: string): Row => ({
  severity: "error",
  stage: "rules",
  check: "render",
  where: `release ${release}`,
  what: `its chart cannot be rendered: ${failure}`,
  todo: "Fix the chart, or the inventory or settings that it is rendered from.",
});

/** Serializes objects without nulls: the API server treats null as absent. */
const asText = (objects: readonly RenderedObject[]): string =>
  objects
    .map(
      (object) =>
        `---\n${JSON.stringify(object, (_, value: unknown) => (value === null ? undefined : value))}\n`,
    )
    .join("");

/** Returns the result, or the problems of the FlotillaError that was thrown. */
function attempt<T>(make: () => T): { result: T } | { problems: FlotillaError["problems"] } {
  try {
    return { result: make() };
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw error;
    return { problems: error.problems };
  }
}
