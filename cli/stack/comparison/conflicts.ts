/** The objects that an update adds but the cluster already has. */

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

/** An object that an update adds, with its release. */
interface Addition {
  manifest: ManifestObject;
  /** Undefined if Pulumi creates it directly. */
  release?: string;
}

/** Returns the objects that an update adds to releases. */
export const additionsOf = ({ before, after }: { before: Sides; after: Sides }): Addition[] =>
  Object.entries(after).flatMap(([release, { objects }]) =>
    addedTo(before[release]?.objects ?? [], objects).map((manifest) => ({ manifest, release })),
  );

/** Returns the objects of `after` that `before` does not have. */
export function addedTo(
  before: readonly ManifestObject[],
  after: readonly ManifestObject[],
): ManifestObject[] {
  const known = new Set(before.map(identityOf));
  // The values that stand in for unrendered objects have no API version.
  return after.filter((manifest) => manifest.apiVersion !== undefined && !known.has(identityOf(manifest)));
}

/** A conflict, and the planned object. */
export interface Collision {
  conflict: Conflict;
  manifest: ManifestObject;
}

/** Returns the additions that already exist and do not belong to their release. Namespaces are checked separately. */
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

/** Returns the conflicts that block an update; when adopting, only those that cannot be adopted. */
export const blockedBy = (
  collisions: readonly Collision[],
  { stack, adopting }: { stack: string; adopting: boolean },
): Problem[] =>
  collisions
    .map(({ conflict }) => conflict)
    .filter((conflict) => !adopting || !isAdoptable(conflict))
    .map((conflict) => conflictProblem(conflict, stack));

/** Returns planned releases that helm has installed and the state does not have, as problems. */
export const installedProblems = (
  { releases }: Plan,
  states: ReadonlyMap<string, ExportedResource>,
  live: Readonly<Record<string, LiveRelease>> = {},
  stack: string,
): Problem[] =>
  Object.keys(releases).flatMap((name) => {
    const installed = states.has(name) ? undefined : live[name];
    return installed ? [installedProblem(name, installed.newest.status, stack)] : [];
  });

/** The engine's refusal, unless the problems already cover it: the program checks for the same objects. */
export const unlessSaid = (refused: string | undefined, problems: readonly Problem[]): string | undefined =>
  problems.some(({ where, what }) => refused?.includes(`${where}: ${what}`)) ? undefined : refused;

/** An object to take over, as it is and as its release plans it. */
export interface Taken extends Pair {
  release: string;
}

/** Finds out what adoption changes in the objects of releases, without changing anything. */
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

/** Adds the objects to take over to both sides: as they are, and as they will be. */
export function withTaken(
  { before, after }: { before: Sides; after: Sides },
  taken: readonly Taken[],
): { before: Sides; after: Sides } {
  const sides = { before: { ...before }, after: { ...after } };
  for (const { release, manifest, live, wanted } of taken) {
    const side = sides.after[release] as ReleaseSide;
    const before = sides.before[release] ?? { ...side, objects: [] };
    sides.before[release] = { ...before, objects: [...before.objects, ...(live ? [live] : [])] };
    sides.after[release] = {
      ...side,
      objects: side.objects.map((object) => (object === manifest ? wanted : object)),
    };
  }
  return sides;
}

/** Adds the names of the objects to take over to the changes of their releases. */
export const withTakenText = (changes: readonly ReleaseChange[], taken: readonly Taken[]): ReleaseChange[] =>
  changes.map((change) => {
    const names = taken
      .filter(({ release }) => release === change.release)
      .map(({ manifest }) => nameOf(manifest));
    return names.length === 0
      ? change
      : { ...change, about: [...change.about, `takes over ${names.join(", ")}`] };
  });

/** Warns that Helm deletes adopted objects if it rolls back a failed first installation. */
export function takenNotes(
  taken: readonly Taken[],
  live: Readonly<Record<string, LiveRelease>> = {},
): string[] {
  const names = taken.filter(({ release }) => !live[release]).map(({ manifest }) => nameOf(manifest));
  return names.length === 0
    ? []
    : [
        `if the first installation of their release fails, Helm deletes these adopted objects with it: ${names.join(", ")}`,
      ];
}
