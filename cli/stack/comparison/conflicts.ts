/** The objects that a comparison adds and the cluster has already. */

import type { Problem } from "../../../src/model/problems";
import type { CreatedObject } from "../../../src/plan/objects";
import type { Plan } from "../../../src/plan/plan";
import type { Ask } from "../../../src/runtime/ask-cluster";
import {
  type Conflict,
  conflictProblem,
  conflictsOf,
  isAdoptable,
  readObjects,
} from "../../../src/runtime/foreign-objects";
import { installedProblem } from "../../../src/runtime/installed-releases";
import type { ReleaseChange, ReleaseSide, Sides } from "../../core/diff/compare";
import { identityOf, type ManifestObject, nameOf } from "../../core/diff/manifests";
import type { ExportedResource } from "../../core/state";
import { type Pair, readPairs } from "../drift/dry-run";
import type { Kubectl } from "../kubectl";
import type { LiveRelease } from "../releases";

/** Objects that an update adds, with the release that they belong to. */
interface Addition {
  manifest: ManifestObject;
  /** Undefined: Pulumi creates it itself. */
  release?: string;
}

/** Returns the objects that an update adds to releases. */
export const additionsOf = ({ before, after }: { before: Sides; after: Sides }): Addition[] =>
  Object.entries(after).flatMap(([release, { objects }]) =>
    addedTo(before[release]?.objects ?? [], objects).map((manifest) => ({ manifest, release })),
  );

/** Returns the objects that one list has and the other does not. */
export function addedTo(
  before: readonly ManifestObject[],
  after: readonly ManifestObject[],
): ManifestObject[] {
  const known = new Set(before.map(identityOf));
  // Values that stand for objects have no version.
  return after.filter((manifest) => manifest.apiVersion !== undefined && !known.has(identityOf(manifest)));
}

/** A conflict, and the planned object. */
export interface Collision {
  conflict: Conflict;
  manifest: ManifestObject;
}

/** Returns the additions that exist already and are not of their release. A namespace has checks of its own. */
export async function findCollisions(
  ask: Ask,
  additions: readonly Addition[],
  of: { application: string; namespace: string },
): Promise<Collision[]> {
  const wanted = additions.filter(({ manifest }) => manifest.kind !== "Namespace");
  if (wanted.length === 0) return [];
  const isMissing = "missing" in (await ask(`/api/v1/namespaces/${encodeURIComponent(of.namespace)}`));
  const created = wanted
    .map(({ manifest, release }) => ({ manifest, object: createdOf(manifest, of.namespace, release) }))
    .filter(({ object }) => !isMissing || object.namespace !== of.namespace);
  const live = await readObjects(
    ask,
    created.map(({ object }) => object),
  );
  return created.flatMap(({ manifest, object }) =>
    conflictsOf([object], live, of).map((conflict) => ({ conflict, manifest })),
  );
}

const createdOf = (
  { apiVersion = "", kind = "", metadata }: ManifestObject,
  namespace: string,
  release: string | undefined,
): CreatedObject => ({
  apiVersion,
  kind,
  name: String(metadata?.name),
  namespace: metadata?.namespace ?? namespace,
  ...(release === undefined ? {} : { release }),
});

/** Returns why an update is refused; while objects are taken over, the others only. */
export const blockedBy = (
  collisions: readonly Collision[],
  { stack, adopting }: { stack: string; adopting: boolean },
): Problem[] =>
  collisions
    .map(({ conflict }) => conflict)
    .filter((conflict) => !adopting || !isAdoptable(conflict))
    .map((conflict) => conflictProblem(conflict, stack));

/** Returns the releases that helm has installed and the state does not know, as problems. */
export const installedProblems = (
  { releases }: Plan,
  states: ReadonlyMap<string, ExportedResource>,
  live: Readonly<Record<string, LiveRelease>> = {},
  stack: string,
): Problem[] =>
  Object.keys(releases).flatMap((name) => {
    const there = states.has(name) ? undefined : live[name];
    return there ? [installedProblem(name, there.newest.status, stack)] : [];
  });

/** What the engine refuses, unless the problems say it already: the program looks for the same objects. */
export const unlessSaid = (refused: string | undefined, problems: readonly Problem[]): string | undefined =>
  problems.some(({ where, what }) => refused?.includes(`${where}: ${what}`)) ? undefined : refused;

/** An object of a release that is taken over: as it is, and as the release has it. */
export interface Taken extends Pair {
  release: string;
}

/** Reads what taking over changes in the objects of releases. Nothing is changed by it. */
export async function readTaken(
  kubectl: Kubectl,
  namespace: string,
  collisions: readonly Collision[],
): Promise<Taken[]> {
  const releases = new Map(
    collisions.flatMap(({ conflict, manifest }) =>
      conflict.release !== undefined && isAdoptable(conflict) ? [[manifest, conflict.release] as const] : [],
    ),
  );
  const pairs = await readPairs(kubectl, namespace, [...releases.keys()]);
  return pairs.map((pair) => ({ ...pair, release: releases.get(pair.manifest) as string }));
}

/** The sides, with the objects that are taken over as they are and as they become. */
export function withTaken(
  { before, after }: { before: Sides; after: Sides },
  taken: readonly Taken[],
): { before: Sides; after: Sides } {
  const sides = { before: { ...before }, after: { ...after } };
  for (const { release, manifest, live, wanted } of taken) {
    const side = sides.after[release] as ReleaseSide;
    const there = sides.before[release] ?? { ...side, objects: [] };
    sides.before[release] = { ...there, objects: [...there.objects, ...(live ? [live] : [])] };
    sides.after[release] = {
      ...side,
      objects: side.objects.map((object) => (object === manifest ? wanted : object)),
    };
  }
  return sides;
}

/** The changes, with what is taken over said of each release. */
export const withTakenText = (changes: readonly ReleaseChange[], taken: readonly Taken[]): ReleaseChange[] =>
  changes.map((change) => {
    const names = taken
      .filter(({ release }) => release === change.release)
      .map(({ manifest }) => nameOf(manifest));
    return names.length === 0
      ? change
      : { ...change, about: [...change.about, `takes over ${names.join(", ")}`] };
  });

/** Warns of objects that Helm would delete: it undoes a first installation that fails. */
export function takenNotes(
  taken: readonly Taken[],
  live: Readonly<Record<string, LiveRelease>> = {},
): string[] {
  const names = taken.filter(({ release }) => !live[release]).map(({ manifest }) => nameOf(manifest));
  return names.length === 0
    ? []
    : [
        `if the first installation of their release fails, Helm deletes what was taken over with the rest of it: ${names.join(", ")}`,
      ];
}
