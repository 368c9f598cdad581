/** Merges the steps of Pulumi's engine into the diff of the rendered objects: the more drastic of the two is shown. */
import type { ObjectChange, ReleaseChange } from "./compare";

/** What the engine would do to a resource. */
export type Operation = "create" | "update" | "replace" | "delete";

/** A resource that the engine would change. */
export interface EngineStep {
  urn: string;
  operation: Operation;
  /** Helm release, Namespace, Secret, Password ... */
  kind: string;
  /** The resource's own name. */
  name: string;
  /** The inputs that differ, as the provider names them. */
  differs: readonly string[];
  /** The kind of a release: store, service or job. */
  role?: string;
}

/** A volume claim. */
export interface Claim {
  name: string;
  /** A Kubernetes quantity, such as 8Gi. */
  size: string;
}

export const RELEASE_KIND = "Release";

const CHANGES: Record<Operation, ReleaseChange["change"]> = {
  create: "added",
  update: "changed",
  replace: "replaced",
  delete: "removed",
};

const RANK: Record<ReleaseChange["change"], number> = { added: 0, changed: 1, replaced: 2, removed: 3 };

/** Adds changes that only the engine makes, or makes more drastic. `rails` names the entry of objects outside any release. */
export function withEngine(
  changes: readonly ReleaseChange[],
  steps: readonly EngineStep[],
  rails: string,
  claims: readonly Claim[],
): ReleaseChange[] {
  const releases = steps.filter(({ kind }) => kind === RELEASE_KIND);
  const objects = steps.filter(({ kind }) => kind !== RELEASE_KIND);
  const known = new Set(changes.map(({ release }) => release));
  const worse = changes.map((change) =>
    change.release === rails
      ? withObjects(change, objects, claims)
      : withStep(
          change,
          releases.find(({ name }) => name === change.release),
        ),
  );
  const missing = releases
    .filter(({ name }) => !known.has(name))
    .map((step) => withStep(empty(step.name, step.role ?? "release", CHANGES[step.operation]), step));
  const rest = known.has(rails) ? [] : [withObjects(empty(rails, "stack", "changed"), objects, claims)];
  return [...rest.filter((change) => change.objects.length > 0), ...worse, ...missing];
}

/** A change of a release without any details yet. */
export const empty = (release: string, kind: string, change: ReleaseChange["change"]): ReleaseChange => ({
  release,
  kind,
  change,
  objects: [],
  labelsOnly: 0,
  about: [],
  pods: [],
  storage: [],
  immutable: [],
});

function withStep(change: ReleaseChange, step: EngineStep | undefined): ReleaseChange {
  if (!step) return change;
  const engine = CHANGES[step.operation];
  const isWorse = RANK[engine] > RANK[change.change];
  const isUnseen = change.objects.length + change.labelsOnly + change.about.length === 0;
  if (!isWorse && !isUnseen) return change;
  const what = step.differs.length === 0 ? "" : ` (${step.differs.join(", ")})`;
  return {
    ...change,
    change: isWorse ? engine : change.change,
    about: [...change.about, `Pulumi: ${step.operation}${what}`],
    storage:
      step.operation === "replace"
        ? [...change.storage, "REPLACED: a new release is installed, then this one is uninstalled"]
        : change.storage,
  };
}

function withObjects(
  change: ReleaseChange,
  steps: readonly EngineStep[],
  claims: readonly Claim[],
): ReleaseChange {
  const objects = [...change.objects];
  for (const { operation, kind, name, differs } of steps) {
    const index = objects.findIndex((object) => object.kind === kind && object.name === name);
    const text = `Pulumi: ${operation}${differs.length === 0 ? "" : ` (${differs.join(", ")})`}`;
    const engine: ObjectChange = { kind, name, change: CHANGES[operation], diff: text };
    const existing = objects[index];
    if (existing === undefined) objects.push(engine);
    else if (RANK[engine.change] > RANK[existing.change])
      objects[index] = { ...existing, change: engine.change, diff: `${text}\n${existing.diff}` };
  }
  const lost = objects.some(
    ({ kind, change: what }) => kind === "Namespace" && (what === "replaced" || what === "removed"),
  );
  const volumes = claims.map(({ name, size }) => `${name} (${size})`).join(", ");
  return {
    ...change,
    objects,
    storage: lost
      ? [...change.storage, `DELETED with the namespace: ${volumes === "" ? "no volumes" : volumes}`]
      : change.storage,
  };
}
