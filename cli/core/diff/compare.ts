/** Compares two states of a stack, release by release and object by object. */
import { isDeepStrictEqual } from "node:util";
import { compact } from "../../../src/model/records";
import { type Impact, impactOf } from "./impact";
import { identityOf, type ManifestObject } from "./manifests";
import { normalise } from "./normalise";
import { unified } from "./unified";

/** A release on one side of the comparison. */
export interface ReleaseSide {
  kind: string;
  objects: readonly ManifestObject[];
  /** Its properties apart from its objects: its chart, how long Helm waits. */
  about: Readonly<Record<string, string>>;
}

export type Sides = Readonly<Record<string, ReleaseSide>>;

/** `replaced`: the old one is deleted and a new one is created. */
export type Change = "added" | "removed" | "changed" | "replaced";

export interface ObjectChange {
  kind: string;
  name: string;
  namespace?: string;
  change: Change;
  /** What changes, as unified text with a Secret's values masked. */
  diff: string;
}

export interface ReleaseChange extends Impact {
  release: string;
  kind: string;
  change: Change;
  objects: ObjectChange[];
  /** Objects that differ only in generated labels. */
  labelsOnly: number;
  /** Changed properties apart from the objects, as `what: before → after`. */
  about: string[];
}

/** Returns the releases that differ, in the order of the second side; removed releases come last. */
export function compareReleases(before: Sides, after: Sides): ReleaseChange[] {
  const names = [...Object.keys(after), ...Object.keys(before).filter((name) => !(name in after))];
  return names.flatMap((name) => {
    const change = compareRelease(name, before[name], after[name]);
    return change ? [change] : [];
  });
}

function compareRelease(
  release: string,
  before: ReleaseSide | undefined,
  after: ReleaseSide | undefined,
): ReleaseChange | undefined {
  const pairs = pair(before?.objects ?? [], after?.objects ?? []);
  const objects: ObjectChange[] = [];
  const impact: Impact = { pods: [], storage: [], immutable: [] };
  let labelsOnly = 0;
  for (const [old, now] of pairs) {
    if (isDeepStrictEqual(old, now)) continue;
    const change = compareObject(old, now);
    if (!change) {
      labelsOnly++;
      continue;
    }
    objects.push(change);
    const { pods, storage, immutable } = impactOf(old && normalise(old), now && normalise(now, old));
    impact.pods.push(...pods);
    impact.storage.push(...storage);
    impact.immutable.push(...immutable);
  }
  const about = before && after ? aboutChanges(before.about, after.about) : [];
  if (before && after && objects.length + labelsOnly + about.length === 0) return undefined;
  return {
    release,
    kind: ((after ?? before) as ReleaseSide).kind,
    change: !before ? "added" : !after ? "removed" : "changed",
    objects,
    labelsOnly,
    about,
    ...impact,
  };
}

/** Compares two versions of an object; undefined if only generated labels differ. */
export function compareObject(
  before: ManifestObject | undefined,
  after: ManifestObject | undefined,
): ObjectChange | undefined {
  // A Secret's changed value is marked on the new side only.
  const old = before && normalise(before);
  const now = after && normalise(after, before);
  if (isDeepStrictEqual(old, now)) return undefined;
  const { kind, metadata } = (now ?? old) as ManifestObject;
  return compact({
    kind: String(kind),
    name: String(metadata?.name),
    namespace: metadata?.namespace,
    change: !before ? "added" : !after ? "removed" : "changed",
    diff: unified(old, now),
  });
}

function pair(
  before: readonly ManifestObject[],
  after: readonly ManifestObject[],
): [ManifestObject | undefined, ManifestObject | undefined][] {
  const old = new Map(before.map((object) => [identityOf(object), object]));
  const now = new Map(after.map((object) => [identityOf(object), object]));
  return [
    ...[...now].map(([identity, object]) => [old.get(identity), object] as const),
    ...[...old].filter(([identity]) => !now.has(identity)).map(([, object]) => [object, undefined] as const),
  ].map(([left, right]) => [left, right]);
}

const aboutChanges = (before: ReleaseSide["about"], after: ReleaseSide["about"]): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    before[key] === after[key] ? [] : [`${key}: ${before[key] ?? "(none)"} → ${after[key] ?? "(none)"}`],
  );
