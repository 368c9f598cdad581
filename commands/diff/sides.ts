/** The two sides of a difference: what is deployed, and what would be. */
import { compareReleases, type ReleaseChange, type ReleaseSide, type Sides } from "../../diff/compare";
import { identityOf, isDeployed, type ManifestObject, objectsIn } from "../../diff/manifests";
import { readPairs } from "../../live/drift";
import { type ExportedResource, pulumiQuietly, RELEASE } from "../../live/engine";
import { connect } from "../../live/kubectl";
import { type LiveRelease, readReleases } from "../../live/releases";
import { isChangedByHand } from "../../live/status";
import { plan } from "../../plan";
import { type Charts, readCharts } from "../../plan/chart";
import { givenNames } from "../../plan/credentials";
import type { Plan } from "../../plan/plan";
import { isUnchanged, type ReleaseInputs, releaseInputs } from "../../plan/release-inputs";
import { checkCluster } from "../../runtime/preflight";
import { ToolError } from "../../tools/failure";
import { PROJECT } from "../../tools/paths";
import { capabilities } from "../capabilities";
import { type PlannedStack, planStack } from "../planning";
import { chartAtHand, chartFetched, inParallel, isRemote, render } from "../rendering";
import { settingsOfStack } from "../settings";
import { PROJECT_NAME } from "../stack";
import { withDeployedCharts } from "./deployed-charts";
import { deployedGuardRails, plannedGuardRails } from "./guard-rails";

export interface Comparison {
  changes: ReleaseChange[];
  /** What to know besides. */
  notes: string[];
}

export interface ComparisonOptions {
  /** Whether to compare with what was deployed last, without the cluster. Default false. */
  offline?: boolean;
  /** Passwords that will be in the state by then: objects that the cluster has already are compared as they are there. */
  adopting?: Readonly<Record<string, string>>;
}

/** What `pulumi up` would change, against the cluster or, offline, against what was deployed last. */
export async function compareWithDeployed(
  stack: string,
  { offline = false, adopting }: ComparisonOptions = {},
): Promise<Comparison> {
  const { settings } = settingsOfStack(stack);
  if (!offline) await checkCluster(settings, PROJECT_NAME, stack);
  const kubectl = offline ? undefined : await connect(settings);
  const [planned, flags] = await Promise.all([
    planStack(stack, { secrets: true }),
    kubectl ? capabilities(kubectl) : [],
  ]);
  const { resources } = planned;
  const { name: namespace } = planned.planned.namespace;
  const live = kubectl ? await readReleases(kubectl, namespace) : undefined;
  const releases = resources.filter(({ type }) => type === RELEASE);
  const states = new Map(releases.map((resource) => [String(resource.inputs?.name), resource]));
  const wanted = Object.values(planned.planned.releases).map((release) => ({
    release,
    inputs: releaseInputs(release, namespace),
  }));
  const changed = wanted.filter(({ release, inputs }) => {
    const state = states.get(release.name);
    return !state || (state.initErrors ?? []).length > 0 || !isUnchanged(release, inputs, state.inputs ?? {});
  });
  const gone = releases.filter(({ inputs }) => !(String(inputs?.name) in planned.planned.releases));

  const stateOf = ({ inputs }: { inputs: ReleaseInputs }) => states.get(inputs.name);
  const before: Record<string, ReleaseSide> = {};
  const after: Record<string, ReleaseSide> = {};
  const renderer = new Renderer(planned.charts, flags);
  const compare = async (then: Renderer) => {
    await inParallel(changed, async (item) => {
      const { release, inputs } = item;
      const now = await renderer.side(release.kind, inputs);
      const state = stateOf(item);
      const old = state
        ? await deployedSide(release.kind, state, live?.[inputs.name], then)
        : adoptedSide(release.kind, live?.[inputs.name]);
      // Where one side cannot be rendered, the values of both are compared.
      const bothRendered = now.rendered && (old === undefined || old.rendered);
      after[inputs.name] = bothRendered ? now : valuesSide(release.kind, inputs);
      if (old) before[inputs.name] = bothRendered || !state ? old : valuesSide(release.kind, inputsOf(state));
    });
    await inParallel(gone, async (state) => {
      const { name } = inputsOf(state);
      before[name] = await deployedSide("release", state, live?.[name], then);
    });
  };
  if (live) await compare(renderer);
  else
    await withDeployedCharts(resources, planned.charts, (folder, charts) =>
      compare(new Renderer(charts, flags, folder)),
    );
  const given = { ...(await givenValues(planned, stack)), ...adopting };
  const rails = {
    before: deployedGuardRails(resources),
    after: plannedGuardRails(planned.planned, planned.application, resources, given),
  };
  if (kubectl && adopting) {
    const known = new Set(rails.before.map(identityOf));
    const pairs = await readPairs(
      kubectl,
      namespace,
      rails.after.filter((object) => !known.has(identityOf(object))),
    );
    rails.before.push(...pairs.flatMap(({ live }) => live ?? []));
    const wanted = new Map(pairs.map(({ manifest, wanted }) => [manifest, wanted]));
    rails.after = rails.after.map((object) => wanted.get(object) ?? object);
  }
  return {
    changes: [
      ...compareReleases(railsSide(rails.before), railsSide(rails.after)),
      ...compareReleases(before, inOrder(planned.planned, after)),
    ],
    notes: [
      ...planned.planned.warnings,
      ...renderer.notes,
      ...notesOf(planned.planned, stack, states, live, adopting !== undefined),
      ...protectedNotes(gone),
    ],
  };
}

/** How one stack differs from another, both as their files plan them; neither has to be deployed. */
export async function compareStacks(stack: string, against: string): Promise<Comparison> {
  const charts = readCharts(PROJECT);
  const renderer = new Renderer(charts, []);
  const sideOf = async (name: string) => {
    const { settings, application } = settingsOfStack(name);
    const planned = plan(application, settings, { charts, stack: name });
    const sides = await inParallel(Object.values(planned.releases), async (release) => {
      const inputs = releaseInputs(release, planned.namespace.name);
      const side = await renderer.side(release.kind, inputs);
      return [release.name, side.rendered ? side : valuesSide(release.kind, inputs)] as const;
    });
    const rails = railsSide(plannedGuardRails(planned, application, [], {}));
    return { planned, sides: { ...rails, ...Object.fromEntries(sides) } };
  };
  const [now, then] = [await sideOf(stack), await sideOf(against)];
  const changes = compareReleases(as(then.sides, then.planned, now.planned), inOrder(now.planned, now.sides));
  return { changes, notes: renderer.notes };
}

/** What stands for the objects that belong to no release. */
export const RAILS = "(guard rails and Secrets)";

export const railsSide = (objects: readonly ManifestObject[]): Sides =>
  objects.length === 0 ? {} : { [RAILS]: { kind: "stack", objects, about: {} } };

/** The same objects, in the other stack's namespace and environment: those two are what the stacks are for. */
function as(sides: Sides, from: Plan, to: Plan): Sides {
  const rename = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(rename);
    if (typeof value === "string") return value === from.namespace.name ? to.namespace.name : value;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === "flotilla.dev/environment" ? to.environment : rename(inner),
      ]),
    );
  };
  return Object.fromEntries(
    Object.entries(sides).map(([name, side]) => [
      name,
      { ...side, objects: side.objects.map((object) => rename(object) as ManifestObject) },
    ]),
  );
}

const inOrder = ({ releases }: Plan, sides: Sides): Sides =>
  Object.fromEntries(
    [RAILS, ...Object.keys(releases)].flatMap((name) => {
      const side = sides[name];
      return side ? [[name, side] as const] : [];
    }),
  );

type RenderedSide = ReleaseSide & { rendered: boolean };

/** Renders releases, and keeps in mind which could not be. */
export class Renderer {
  readonly notes: string[] = [];

  constructor(
    private readonly charts: Charts,
    private readonly flags: readonly string[],
    private readonly folder = PROJECT,
  ) {}

  async side(kind: string, inputs: ReleaseInputs): Promise<RenderedSide> {
    const chart =
      chartAtHand(inputs, this.charts, this.folder) ??
      (isRemote(inputs.chart) ? await chartFetched(inputs, this.charts) : undefined);
    const { manifests, failure } = await render(inputs, chart, this.flags);
    if (failure !== undefined)
      throw new ToolError(
        `release ${inputs.name} cannot be rendered: ${failure}\n  pulumi up would fail there: mend its chart, or what the inventory or the stack says of it.`,
      );
    if (manifests === undefined)
      this.notes.push(
        `of ${inputs.name} the values are compared: its chart ${inputs.chart} cannot be had (npx flotilla charts pull)`,
      );
    return {
      kind,
      rendered: manifests !== undefined,
      objects: manifests === undefined ? [] : objectsIn(manifests).filter(isDeployed),
      about: aboutOf(inputs),
    };
  }
}

const aboutOf = ({ description, timeout }: Pick<ReleaseInputs, "description" | "timeout">) => ({
  chart: String(description),
  "Helm waits": `${timeout} s`,
});

const inputsOf = ({ inputs }: ExportedResource): ReleaseInputs => inputs as unknown as ReleaseInputs;

/** What is deployed of a release: as Helm recorded it, or else rendered again. */
export async function deployedSide(
  kind: string,
  state: ExportedResource,
  live: LiveRelease | undefined,
  renderer: Pick<Renderer, "side">,
): Promise<RenderedSide> {
  const inputs = inputsOf(state);
  if (!live) return renderer.side(kind, inputs);
  const { deployed } = live;
  return {
    kind,
    rendered: true,
    objects: deployed ? objectsIn(deployed.manifest).filter(isDeployed) : [],
    about: aboutOf(inputs),
  };
}

/** A release that helm installed and no state knows. */
const adoptedSide = (kind: string, live: LiveRelease | undefined): RenderedSide | undefined =>
  live?.deployed && {
    kind,
    rendered: true,
    objects: objectsIn(live.deployed.manifest).filter(isDeployed),
    about: {},
  };

/** A release whose chart cannot be had, as its values. */
const valuesSide = (kind: string, inputs: ReleaseInputs): ReleaseSide => ({
  kind,
  objects: [{ kind: "Values", metadata: { name: inputs.name }, values: inputs.values } as ManifestObject],
  about: aboutOf(inputs),
});

/** Passwords that the stack was given; asked for only where there are any. */
async function givenValues({ planned }: PlannedStack, stack: string): Promise<Record<string, string>> {
  const names = givenNames(planned.credentials);
  if (names.length === 0) return {};
  const config = JSON.parse(
    await pulumiQuietly(["config", "--show-secrets", "--json", "--stack", stack]),
  ) as Record<string, { value?: string; objectValue?: Record<string, string> }>;
  const credentials = config[`${PROJECT_NAME}:credentials`];
  const values =
    credentials?.objectValue ?? (JSON.parse(credentials?.value ?? "{}") as Record<string, string>);
  return Object.fromEntries(
    names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])),
  );
}

/** Where state and cluster do not agree: the difference is not all there is to know. */
function notesOf(
  planned: Plan,
  stack: string,
  states: ReadonlyMap<string, ExportedResource>,
  live: Readonly<Record<string, LiveRelease>> | undefined,
  adopting: boolean,
): string[] {
  if (!live) return [];
  return Object.keys(planned.releases).flatMap((name) => {
    const state = states.get(name);
    const there = live[name];
    if (!state)
      return there && !adopting
        ? [`${name} is installed already, by helm: take it over with npx flotilla adopt --stack ${stack}`]
        : [];
    if (!there)
      return [`${name} is in the state, but not in the cluster: npx flotilla drift --stack ${stack}`];
    if (there.newest.status.startsWith("pending-"))
      return [`${name} is ${there.newest.status}: npx flotilla recover --stack ${stack}`];
    return isChangedByHand(state, there)
      ? [`${name} was changed with helm since: npx flotilla drift --stack ${stack}`]
      : [];
  });
}

const protectedNotes = (gone: readonly ExportedResource[]): string[] =>
  gone.flatMap((state) =>
    state.protect ? [`${inputsOf(state).name} would be removed, but it is protected: pulumi up refuses`] : [],
  );
