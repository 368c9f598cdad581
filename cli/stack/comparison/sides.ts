/** Compares what is deployed with what an update would deploy. */

import { PREFIX } from "../../../src/config/prefix";
import type { Problem } from "../../../src/model/problems";
import { compact, mapValues } from "../../../src/model/records";
import { givenNames } from "../../../src/plan/credentials";
import { isUnchanged, releaseInputs } from "../../../src/plan/release-inputs";
import { namespaceOf } from "../../../src/plan/stores/profile";
import { askWithKubectl } from "../../../src/runtime/ask-cluster";
import { objectsToCreate } from "../../../src/runtime/check-objects-of-others";
import { compareReleases, type ReleaseChange, type ReleaseSide, type Sides } from "../../core/diff/compare";
import { type EngineStep, withEngine } from "../../core/diff/engine-steps";
import { engineSteps } from "../../core/diff/engine-view";
import { identityOf, nameOf } from "../../core/diff/manifests";
import {
  deployedOf,
  type ExportedResource,
  type ExportedState,
  hasFailed,
  pendingDeletes,
  releasesOf,
  resourcesOf,
} from "../../core/state";
import { ToolError } from "../../tools/failure";
import { inParallel } from "../../tools/parallel";
import { PROJECT } from "../../tools/paths";
import { reachCluster } from "../access";
import { withAdoptedNamespace } from "../adoption/namespace";
import { capabilities } from "../capabilities";
import { readClaims } from "../claims";
import { type Pair, readPairs } from "../drift/dry-run";
import { begun, exportState, pulumiQuietly } from "../engine";
import { previewSteps } from "../engine-preview";
import { existing } from "../existing";
import type { Kubectl } from "../kubectl";
import { markedOf, readLost } from "../lost";
import { type PlannedStack, planStack } from "../planning";
import { type LiveRelease, readReleases } from "../releases";
import { configOfStack, settingsBeside } from "../settings";
import {
  addedTo,
  additionsOf,
  blockedBy,
  findCollisions,
  installedProblems,
  readTaken,
  type Taken,
  takenNotes,
  unlessSaid,
  withTaken,
  withTakenText,
} from "./conflicts";
import { withDeployedCharts } from "./deployed-charts";
import { deployedGuardRails, plannedGuardRails } from "./guard-rails";
import { lostNotes, notesOf, pendingNotes, protectedNotes } from "./notes";
import { withLost } from "./recreated";
import { bothSides, deployedSide, inOrder, inputsOf, RAILS, Renderer, railsSide } from "./renderer";

export interface Comparison {
  changes: ReleaseChange[];
  /** Notes and warnings. */
  notes: string[];
  /** Resources in the state that the cluster has lost: `flotilla up` recreates them. */
  lost?: readonly ExportedResource[];
  /** Resources that an earlier replacement left for deletion. */
  pending?: readonly ExportedResource[];
  /** Why the engine refuses the update; undefined if it does not. */
  refused?: string;
  /** What the engine would do, except for lost resources. */
  steps?: readonly EngineStep[];
  /** Resources marked for recreation although the cluster has them. */
  marked?: readonly ExportedResource[];
  /** Objects that block the update because they already exist. */
  blocked?: readonly Problem[];
  /** The objects to take over: those of releases, and those that Pulumi manages directly. */
  taken?: { releases: readonly Taken[]; others: readonly Pair[] };
  /** What was compared: the plan and the state, and Helm's releases. None of two stacks. */
  compared?: { planned: PlannedStack; live: Readonly<Record<string, LiveRelease>> | undefined };
}

export interface ComparisonOptions {
  /** Whether to compare with the last deployment, without the cluster. Default false. */
  offline?: boolean;
  /** The passwords that an adoption puts into the state; existing objects are then compared as they are in the cluster. */
  adopting?: Readonly<Record<string, string>>;
  /** The state with its secrets, if it is already being read. Default: it is read. */
  reading?: Promise<ExportedState>;
}

/** Returns what `pulumi up` would change, compared with the cluster or, offline, with the last deployment. */
export async function compareWithDeployed(
  stack: string,
  {
    offline = false,
    adopting,
    reading = begun(exportState(stack, { secrets: true })),
  }: ComparisonOptions = {},
): Promise<Comparison> {
  const readingResources = begun(reading.then(resourcesOf));
  const { settings, application } = await settingsBeside(configOfStack(stack), readingResources);
  const namespace = namespaceOf(application, settings);
  const kubectl = offline
    ? undefined
    : await reachCluster(settings, stack, readingResources, { mayMove: adopting === undefined });
  const planning = begun(planStack(stack, reading));
  // Runs in parallel; the engine's refusal is reported at the end.
  const engine =
    kubectl === undefined || adopting !== undefined ? undefined : begun(engineView(stack, planning));
  const [planned, flags, live, claims] = await Promise.all([
    planning,
    kubectl ? capabilities(kubectl) : [],
    kubectl ? readReleases(kubectl, namespace) : undefined,
    kubectl ? readClaims(kubectl, namespace) : [],
  ]);
  const { resources } = planned;
  const lost = kubectl && live ? await readLost(kubectl, resources, live) : [];
  const lostReleases = new Set(lost.map(({ urn }) => urn));
  const states = new Map([...releasesOf(resources)].filter(([, { urn }]) => !lostReleases.has(urn)));
  const wanted = Object.values(planned.planned.releases).map((release) => ({
    release,
    inputs: releaseInputs(release, namespace),
  }));
  const changed = wanted.filter(({ release, inputs }) => {
    const state = states.get(release.name);
    return !state || hasFailed(state) || !isUnchanged(release, inputs, state.inputs ?? {});
  });
  const gone = [...states].flatMap(([name, state]) => (name in planned.planned.releases ? [] : [state]));

  const before: Record<string, ReleaseSide> = {};
  const after: Record<string, ReleaseSide> = {};
  const now = new Renderer(planned.context.charts, flags);
  const compare = async (old: Renderer) => {
    await inParallel(changed, async ({ release: { name, kind }, inputs }) => {
      const release = { inputs, state: states.get(name), live: live?.[name] };
      const sides = await bothSides(kind, release, { old, now });
      after[name] = sides.after;
      if (sides.before) before[name] = sides.before;
    });
    await inParallel(gone, async (state) => {
      const { name } = inputsOf(state);
      before[name] = await deployedSide("release", state, live?.[name], old);
    });
  };
  if (live) await compare(now);
  else
    await withDeployedCharts(resources, planned.context.charts, (folder, charts) =>
      compare(new Renderer(charts, flags, folder)),
    );
  const given = { ...(await givenValues(planned, stack)), ...adopting };
  if (adopting) planned.planned = await withAdoptedNamespace(planned, settings);
  const rails = {
    before: deployedGuardRails(resources.filter((resource) => !lost.includes(resource))),
    after: plannedGuardRails(planned.planned, planned.application, resources, given),
  };
  const added = addedTo(rails.before, rails.after);
  const rendered = { before, after: inOrder(planned.planned, after) };
  const collisions = kubectl
    ? await findCollisions(
        askWithKubectl(settings.cluster),
        [...added.map((manifest) => ({ manifest })), ...additionsOf(rendered)],
        { application: application.name, namespace },
      )
    : [];
  const taken = kubectl && adopting ? await readTaken(kubectl, namespace, collisions) : [];
  // A namespace that the state does not have is refused or taken over, never added.
  const asked = added.filter(({ kind }) => adopting !== undefined || kind === "Namespace");
  const others = kubectl ? await readPairs(kubectl, namespace, asked) : [];
  rails.before.push(...others.flatMap(({ live }) => live ?? []));
  const becoming = new Map(others.map(({ manifest, wanted }) => [manifest, wanted]));
  rails.after = rails.after.map((object) => becoming.get(object) ?? object);
  const sides = withTaken(rendered, taken);
  const blocked = [
    ...(adopting ? [] : installedProblems(planned.planned, states, live, stack)),
    ...blockedBy(collisions, { stack, adopting: adopting !== undefined }),
  ];
  const changes = [
    ...compareReleases(railsSide(rails.before), railsSide(rails.after)),
    ...(kubectl
      ? await withoutDeleted(kubectl, namespace, sides)
      : compareReleases(sides.before, sides.after)),
  ];
  const view = await engine;
  const pending = pendingDeletes(resources);
  const marked = markedOf(resources).filter((resource) => !lost.includes(resource));
  // Lost resources are recreated, but the engine may see an update or, because of their taint, a replacement.
  const apart = new Set([...lost, ...marked].map(({ urn }) => urn));
  const steps = (view?.steps ?? []).filter(({ urn }) => !apart.has(urn));
  return compact({
    changes: withTakenText(withLost(withEngine(changes, steps, RAILS, claims), lost, claims), taken),
    notes: [
      ...planned.planned.warnings,
      ...(kubectl && added.some(({ kind }) => kind === "Namespace")
        ? objectsToCreate(planned.context.application, namespace)
        : []),
      ...now.notes,
      ...notesOf(planned.planned, stack, states, live, adopting !== undefined),
      ...protectedNotes(gone),
      ...lostNotes(stack, lost),
      ...takenNotes(taken, live),
      ...pendingNotes(stack, pending),
    ],
    lost,
    pending,
    marked,
    steps,
    blocked,
    taken: { releases: taken, others },
    compared: { planned, live },
    refused: unlessSaid(view?.refused, blocked),
  });
}

/**
 * Compares releases. If an immutable field changes, the cluster is asked whether the object still exists: one that was deleted by
 * hand, as the advice says, is simply recreated.
 */
async function withoutDeleted(
  kubectl: Kubectl,
  namespace: string,
  { before, after }: { before: Sides; after: Sides },
): Promise<ReleaseChange[]> {
  const changes = compareReleases(before, after);
  const refused = changes.flatMap(({ immutable }) => immutable);
  if (refused.length === 0) return changes;
  const asked = Object.values(before)
    .flatMap(({ objects }) => objects)
    .filter((object) => refused.some((text) => text.startsWith(`${nameOf(object)}: `)))
    .map((object) => ({ ...object, metadata: { namespace, ...object.metadata } }));
  const found = new Set(await existing(kubectl, asked));
  const deleted = new Set(asked.filter((object) => !found.has(object)).map(identityOf));
  const remaining = mapValues(before, (side) => ({
    ...side,
    objects: side.objects.filter((object) => !deleted.has(identityOf(object))),
  }));
  return compareReleases(remaining, after);
}

/** What the engine would do, or why it refuses. */
async function engineView(
  stack: string,
  planning: Promise<PlannedStack>,
): Promise<{ steps: EngineStep[]; refused?: string }> {
  const previewing = begun(previewSteps(stack, PROJECT));
  // The plan is awaited first: the engine's program would refuse the same problems, and they are reported only once.
  const { resources } = await planning;
  try {
    return { steps: engineSteps(await previewing, deployedOf(resources)) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    return { steps: [], refused: error.message };
  }
}

/** The passwords in the stack's settings; pulumi is asked only if there are any. */
async function givenValues({ planned }: PlannedStack, stack: string): Promise<Record<string, string>> {
  const names = givenNames(planned.credentials);
  if (names.length === 0) return {};
  const config = JSON.parse(
    await pulumiQuietly(["config", "--show-secrets", "--json", "--stack", stack]),
  ) as Record<string, { value?: string; objectValue?: Record<string, string> }>;
  const credentials = config[`${PREFIX}:credentials`];
  const values =
    credentials?.objectValue ?? (JSON.parse(credentials?.value ?? "{}") as Record<string, string>);
  return Object.fromEntries(
    names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
}
