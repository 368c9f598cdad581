/** The project's changes to its plan: the `transform` of its program, and `values` in the settings of services and stores. */
import { isDeepStrictEqual } from "node:util";
import { own } from "../model/graph";
import { pathOf } from "../model/paths";
import type { Problem } from "../model/problems";
import { compact, isRecord } from "../model/records";
import type { PlanContext } from "./context";
import { type NamespacePlan, type ReleasePlan, runsToCompletion, type Value, type Values } from "./plan";
import type { MicroserviceValues } from "./services/microservice-values";

/** A release as a transform sees it. */
export interface DraftRelease<Kind extends string, V> {
  readonly name: string;
  readonly kind: Kind;
  /** Helm values, to be changed in place. */
  values: V;
  /** Time that Helm waits for readiness before it rolls back, in seconds. */
  timeoutSeconds: number;
}

/** The part of a plan that a transform can change. */
export interface Draft {
  /** The namespace. The labels and annotations that Flotilla sets stay. */
  namespace: Pick<NamespacePlan, "labels" | "annotations" | "containerDefaults">;
  /** Services, by name, with values of the shared chart. */
  services: Record<string, DraftRelease<"service", MicroserviceValues>>;
  /** Stores, by name. The values depend on the kind of the store and the distribution. */
  stores: Record<string, DraftRelease<"store", Values>>;
}

/** The stack that a draft belongs to. */
export interface TransformedStack {
  readonly application: string;
  readonly environment: string;
  readonly stack: string;
  readonly namespace: string;
}

/**
 * Changes a draft in place, before it is checked: a violated rule or a value that the chart refuses is reported as if it came
 * from an inventory. The same draft must always give the same result.
 */
export type Transform = (draft: Draft, stack: TransformedStack) => void;

/** A plan's releases and namespace after the project's changes. */
export interface Transformed {
  releases: ReleasePlan[];
  namespace: NamespacePlan;
  problems: Problem[];
  /** Returns where the project changed a value of a release, or undefined if it did not. */
  changedIn(release: ReleasePlan, path: readonly string[]): string | undefined;
}

/** Applies the project's transform, then the values of the stack's settings. */
export function transformed(
  context: PlanContext,
  planned: readonly ReleasePlan[],
  namespace: NamespacePlan,
): Transformed {
  const { transform, settings } = context;
  const result = transform
    ? run(transform, context, planned, namespace)
    : { releases: [...planned], namespace, problems: [] };
  const changed = new Set(
    result.releases.filter((release, at) => release !== planned[at]).map(({ name }) => name),
  );
  const valuesOf = ({ kind, name }: ReleasePlan) =>
    runsToCompletion(kind) ? undefined : own(settings[`${kind}s`], name)?.values;
  const changedIn: Transformed["changedIn"] = (release, path) => {
    if (has(valuesOf(release), path))
      return `flotilla:${pathOf([`${release.kind}s`, release.name, "values", ...path])}`;
    return changed.has(release.name) ? `${TRANSFORM}: ${release.kind} ${release.name}` : undefined;
  };
  const releases = result.releases.map((release) => {
    const values = valuesOf(release);
    return values === undefined ? release : { ...release, values: overlay(release.values, values) };
  });
  const guarded = planned.flatMap((before, at) =>
    guardProblems(before, releases[at] as ReleasePlan, changedIn),
  );
  return { ...result, releases, changedIn, problems: [...result.problems, ...guarded] };
}

/** Chart keys for names, volumes and passwords, whose planned values other parts of the plan rely on. */
const NAMES = ["fullnameOverride", "nameOverride", "namespaceOverride"];
const DATA = [
  ...["auth", "existingSecret", "architecture", "replicaCount", "replicaSetName", "clusterDomain"],
  ...["persistence", "persistentVolumeClaimRetentionPolicy", "storage", "dataPath", "dataSubPath", "host"],
];

/** Reports changes of values that other parts of the plan rely on. */
function guardProblems(
  before: ReleasePlan,
  after: ReleasePlan,
  changedIn: Transformed["changedIn"],
): Problem[] {
  if (before.values === after.values) return [];
  const isStore = before.kind === "store";
  return changesOf(before.values, after.values, isStore ? [...NAMES, ...DATA] : NAMES).map((path) => ({
    where: changedIn(after, path) ?? before.name,
    what: `changes ${path.join(".")}, which ${NAMES.includes(path.at(-1) as string) ? "other parts of the plan use as a host name" : "the store's data and clients depend on"}`,
    todo: isStore
      ? "Use the store's settings (storage, storageClass, profile), and its accounts in the inventory."
      : "Do not change it.",
  }));
}

/** Returns the paths of these keys, at any depth, whose values differ. */
function changesOf(
  before: unknown,
  after: unknown,
  keys: readonly string[],
  path: string[] = [],
): string[][] {
  if (!isRecord(before) && !isRecord(after)) return [];
  const [one, other] = [before, after].map((value) => (isRecord(value) ? value : {})) as [Values, Values];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) => {
    const [old, now] = [own(one, key), own(other, key)];
    const at = [...path, key];
    if (!keys.includes(key)) return changesOf(old, now, keys, at);
    return isDeepStrictEqual(old, now) ? [] : [at];
  });
}

const TRANSFORM = "the transform of index.ts";

function run(
  transform: Transform,
  { application, settings, stack, namespace: name }: PlanContext,
  planned: readonly ReleasePlan[],
  namespace: NamespacePlan,
): Omit<Transformed, "changedIn"> {
  const draft = {
    namespace: structuredClone(partOf(namespace)),
    services: draftsOf(planned, "service"),
    stores: draftsOf(planned, "store"),
  };
  const unchanged = (problems: Problem[]) => ({ releases: [...planned], namespace, problems });
  try {
    const returned: unknown = transform(draft as unknown as Draft, {
      application: application.name,
      environment: settings.environment,
      stack,
      namespace: name,
    });
    if (returned !== undefined)
      return unchanged([
        {
          where: TRANSFORM,
          what: "the function returns a value",
          todo: "Change the draft in place, without async, and return nothing.",
        },
      ]);
  } catch (error) {
    const what = `the function failed: ${error instanceof Error ? error.message : String(error)}`;
    return unchanged([{ where: TRANSFORM, what, todo: "Fix the function." }]);
  }
  const problems = [...nameProblems(draft, planned), ...dataProblems(draft)];
  if (problems.length > 0) return unchanged(problems);
  return {
    problems,
    namespace: {
      ...namespace,
      ...draft.namespace,
      labels: { ...draft.namespace.labels, ...namespace.labels },
      annotations: { ...draft.namespace.annotations, ...namespace.annotations },
    },
    releases: planned.map((release) => {
      if (runsToCompletion(release.kind)) return release;
      const { values, timeoutSeconds } = draft[`${release.kind}s`][release.name] as DraftRelease<
        string,
        Values
      >;
      const isSame = timeoutSeconds === release.timeoutSeconds && isDeepStrictEqual(values, release.values);
      return isSame ? release : { ...release, values, timeoutSeconds };
    }),
  };
}

const partOf = ({ labels, annotations, containerDefaults }: NamespacePlan): Draft["namespace"] =>
  compact({ labels, annotations, containerDefaults });

const draftsOf = (planned: readonly ReleasePlan[], kind: "service" | "store") =>
  Object.fromEntries(
    planned
      .filter((release) => release.kind === kind)
      .map(({ name, values, timeoutSeconds }): [string, DraftRelease<string, Values>] => [
        name,
        { name, kind, values: structuredClone(values), timeoutSeconds },
      ]),
  );

type Drafts = Record<"services" | "stores", Record<string, DraftRelease<string, Values>>>;

/** Reports releases that the transform adds, removes or renames. Only the inventory and the settings can do that. */
function nameProblems(draft: Drafts, planned: readonly ReleasePlan[]): Problem[] {
  return (["service", "store"] as const).flatMap((kind) => {
    const drafts = draft[`${kind}s`];
    const names = planned.filter((release) => release.kind === kind).map(({ name }) => name);
    const at = (name: string) => `${TRANSFORM}: ${kind} ${name}`;
    return [
      ...names
        .filter((name) => !Object.hasOwn(drafts, name))
        .map((name) => ({
          where: at(name),
          what: "removes the release",
          todo: `Remove it from the inventory, or turn a service off: flotilla:services.${name}.enabled: false.`,
        })),
      ...Object.keys(drafts)
        .filter((name) => !names.includes(name))
        .map((name) => ({
          where: at(name),
          what: "adds a release",
          todo: "Add it to the inventory.",
        })),
    ];
  });
}

/** Reports values that are not plain data: a plan cannot contain functions and outputs. */
const dataProblems = (draft: Drafts & { namespace: object }): Problem[] =>
  unplain(draft, []).map((path) => ({
    where: `${TRANSFORM}: ${pathOf(path)}`,
    what: "the value is not plain data",
    todo: "Use text, a number, true, false, a list or a map. Delete a key to remove it.",
  }));

function unplain(value: unknown, path: readonly PropertyKey[]): PropertyKey[][] {
  if (typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) return [];
  if (Array.isArray(value)) return value.flatMap((inner, at) => unplain(inner, [...path, at]));
  if (isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value)))
    return Object.entries(value).flatMap(([key, inner]) => unplain(inner, [...path, key]));
  return [[...path]];
}

/** Merges values over others: maps are merged, other values are replaced, and null removes. */
export function overlay(values: Values, over: Readonly<Record<string, unknown>>): Values {
  const merged = new Map<string, Value>(Object.entries(values));
  for (const [key, value] of Object.entries(over)) {
    const before = merged.get(key);
    if (value === null) merged.delete(key);
    else if (isRecord(value)) merged.set(key, overlay(isRecord(before) ? (before as Values) : {}, value));
    else merged.set(key, value as Value);
  }
  return Object.fromEntries(merged);
}

/** Whether values have an entry at a path, or a leaf above it. */
function has(values: unknown, path: readonly string[]): boolean {
  const [step, ...rest] = path;
  if (step === undefined) return values !== undefined;
  if (!isRecord(values)) return values !== undefined;
  return Object.hasOwn(values, step) && has(values[step], rest);
}
