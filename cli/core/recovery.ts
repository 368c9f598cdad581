/** What an update that was broken off has left, and what puts it right: pure decisions. */

import { OWN_PREFIX, type Owner } from "../../src/plan/labels";
import { ownerText } from "../../src/runtime/check-namespace";
import type { Lock } from "../stack/locks";
import type { HelmRevision, LiveRelease } from "../stack/releases";
import { idOf, type ManifestObject } from "./diff/manifests";
import { isChangedByHand } from "./release-status";
import {
  type ExportedResource,
  type ExportedState,
  hasFailed,
  nameOfUrn,
  pendingDeletes,
  RELEASE,
  releasesOf,
  resourcesOf,
  resourceText,
  STACK,
} from "./state";

export interface Situation {
  locks: readonly Lock[];
  state: ExportedState;
  /** Helm's releases in the stack's namespace. */
  live: Readonly<Record<string, LiveRelease>>;
  /** Newest revision that was good, of releases that have none deployed. */
  good: Readonly<Record<string, number>>;
  /** Whether a lock would be seen: in a bucket none is. */
  seesLocks: boolean;
  /** How the last update of the stack ended; none before the first. */
  lastResult?: string;
  /**
   * When the last update began, in milliseconds, if it did not end well: what Flotilla has installed since then and the state
   * does not know is of that update. 0 where the state was restored; none where all ended well.
   */
  since?: number;
  /** The objects that pending operations were making, by URN: whether the cluster has them. */
  exists: Readonly<Record<string, boolean>>;
  /** What the state has and the cluster has lost. Default: nothing. */
  lost?: readonly ExportedResource[];
  /** The stack's namespace in the state, where the cluster has another one of that name. Default: it is the same. */
  recreated?: ExportedResource;
  /** The other stack that the namespace belongs to. Default: it is this stack's. */
  stranger?: Owner;
  /** What is marked to be created again, although the cluster has it. Default: nothing. */
  marked?: readonly ExportedResource[];
}

export type Action =
  /** The locks that were seen; another one is not released. */
  | { do: "unlock"; held: string[] }
  /** Helm puts the last good revision back. */
  | { do: "rollback"; release: string; namespace: string; to: number }
  /** Helm removes what an installation that never succeeded has left; volume claims stay. */
  | { do: "uninstall"; release: string; namespace: string }
  /** Pulumi looks what is there, and takes what it was making into its state. */
  | { do: "refresh"; targets: string[]; imports: { urn: string; id: string }[] }
  /** Pulumi forgets the operations that were under way, and the next update updates these again, whatever the state says of them. */
  | { do: "forget"; again: string[] }
  /** The state forgets what an earlier replacement left to be deleted. Nothing is deleted in a cluster. */
  | { do: "drop"; urns: string[] }
  /** The next update creates again what the cluster has lost. */
  | { do: "reinstall"; urns: string[] }
  /** What the cluster has is no longer marked to be created again. */
  | { do: "unmark"; urns: string[] };

export interface Recovery {
  /** What has happened, in words. */
  found: string[];
  /** What needs another update, and is no matter of recovery. */
  unfinished: string[];
  /** What is done about it, in words and in order. */
  will: string[];
  actions: Action[];
  /** Why nothing may be done now. */
  blocked?: string;
  /** Releases that run, are the stack's, and are not in its state. */
  unknown: string[];
  /** What has to be made sure of first, because it cannot be seen from here. */
  unsure?: string;
  /** Whether a lock would have been found. */
  seesLocks: boolean;
}

/** What to ask where the process of a lock cannot be seen; undefined where all can. */
export function doubtOf(locks: readonly Lock[]): string | undefined {
  const unseen = locks.find(({ alive }) => alive === undefined);
  return unseen && `Is it certain that no update runs there any more (${unseen.by})?`;
}

type Operation = NonNullable<NonNullable<ExportedState["deployment"]>["pending_operations"]>[number];

export function decide({
  locks,
  state,
  live,
  good,
  exists,
  seesLocks,
  lastResult,
  since,
  lost: missing = [],
  recreated,
  stranger,
  marked = [],
}: Situation): Recovery {
  const found: string[] = [];
  const will: string[] = [];
  const actions: Action[] = [];
  const blockedBy = (what: string, why: string): Recovery => ({
    found: [what],
    will,
    actions,
    unfinished: [],
    unknown: [],
    seesLocks,
    blocked: why,
  });
  const alive = locks.find((lock) => lock.alive === true);
  if (alive)
    return blockedBy(
      `an update is under way: ${alive.by}`,
      "Wait until it has ended, or end it with Ctrl-C; what it has begun would be undone while it runs.",
    );
  if (stranger !== undefined)
    return blockedBy(
      `the namespace of the stack belongs to another one now: ${ownerText(stranger)}`,
      `Nothing was changed. If the other stack is given up for good: npx flotilla adopt --stack <stack> --given-up ${stranger.id}`,
    );
  for (const lock of locks)
    found.push(`the stack is locked by ${lock.by}${lock.alive === false ? ", which no longer runs" : ""}`);
  const operations = state.deployment?.pending_operations ?? [];
  const resources = resourcesOf(state);
  const known = releasesOf(resources);
  const inState = new Set(resources.flatMap(({ urn, taint }) => (taint ? [urn] : [])));
  const targets = new Set<string>();
  /**
   * What the state may be wrong about: a refresh adds what a release has come to have, and takes nothing away of what it no
   * longer has (values are merged in the provider's Read), and a difference that a failed update has left is one no more.
   */
  const again = new Set<string>();
  const lost: string[] = [];
  const unknown: string[] = [];
  const imports: { urn: string; id: string }[] = [];
  for (const operation of operations) {
    found.push(`Pulumi was ${operation.type} ${resourceText(operation.resource)} when it was ended`);
    // One that was lost is in the state all along: a second entry would be one too many.
    const isAgain = isCreation(operation) && inState.has(operation.resource.urn);
    const id = isCreation(operation) && !isAgain ? importOf(operation, live, exists) : undefined;
    if (id !== undefined) {
      imports.push({ urn: operation.resource.urn, id });
      will.push(`take ${resourceText(operation.resource)}, which the cluster has, into the state`);
    }
    // Whether it is gone, and which revision it has by now, is for the cluster to say.
    if (!isCreation(operation) && operation.resource.type === RELEASE) targets.add(operation.resource.urn);
    if (operation.type === "updating") again.add(operation.resource.urn);
  }
  const creating = new Set(
    operations
      .filter((operation) => isCreation(operation) && operation.resource.type === RELEASE)
      .map(({ resource }) => String(resource.inputs?.name)),
  );
  for (const [release, { newest, deployed, oldest }] of Object.entries(live)) {
    const resource = known.get(release);
    // A record that `helm uninstall --keep-history` left holds the name, and nothing runs.
    const isGoing = newest.status === "uninstalling" || newest.status === "uninstalled";
    const isPending = newest.status.startsWith("pending-") || isGoing;
    const isForgotten = !resource && !creating.has(release) && since !== undefined && isOf(newest, since);
    // What is in no state and not under way is somebody else's.
    if (!resource && !creating.has(release) && !isForgotten) continue;
    if (isForgotten && newest.status === "deployed") {
      found.push(`release ${release} runs, and the state does not know it`);
      unknown.push(release);
      continue;
    }
    if (resource && since !== undefined && wentOn(resource, newest, since) && !again.has(resource.urn)) {
      found.push(`release ${release} went on to revision ${newest.revision}, and the state does not know it`);
      again.add(resource.urn);
    }
    const namespace = newest.namespace;
    const isLeftover = (creating.has(release) || isForgotten) && newest.status !== "deployed";
    if (!isPending && !isLeftover) continue;
    if (isForgotten && !isPending)
      found.push(`release ${release} is ${newest.status}, and the state does not know it`);
    if (isPending)
      found.push(
        `helm was ended in the middle of ${release}: revision ${newest.revision} is ${newest.status}`,
      );
    const to = deployed?.revision ?? good[release];
    if (to !== undefined && !isGoing) {
      actions.push({ do: "rollback", release, namespace, to });
      will.push(`put revision ${to} of ${release} back, the last good one (helm rollback)`);
    } else if (resource && !isGoing && oldest > 1) {
      // It may have run once, and Helm have forgotten that: nothing of it may be removed.
      lost.push(release);
    } else {
      actions.push({ do: "uninstall", release, namespace });
      will.push(
        `remove ${release}, which ${isGoing ? "was being removed" : "was never completely installed"} (helm uninstall; volume claims stay)`,
      );
    }
    if (!resource) continue;
    targets.add(resource.urn);
    if (hasFailed(resource)) again.add(resource.urn);
  }
  const pending = pendingDeletes(resources);
  if (pending.length > 0)
    found.push(
      `an earlier update replaced ${pending.map(resourceText).join(", ")}, and the next one would delete the old ones, wherever they are`,
    );
  if (recreated) {
    found.push(`namespace ${nameOfUrn(recreated.urn)} was deleted and created again since the last update`);
    targets.add(recreated.urn);
  }
  // What an operation that was broken off is about is decided above.
  const underWay = new Set(operations.map(({ resource }) => resource.urn));
  const reinstalled = missing.filter(({ urn, taint }) => !underWay.has(urn) && !taint);
  if (reinstalled.length > 0)
    found.push(`the cluster has lost what the state has: ${reinstalled.map(resourceText).join(", ")}`);
  if (marked.length > 0)
    found.push(`the cluster has again what was lost: ${marked.map(resourceText).join(", ")}`);
  const edits = pending.length + reinstalled.length + marked.length;
  const isToDo = actions.length + operations.length + targets.size + again.size + edits > 0;
  if (locks.length > 0 || (!seesLocks && isToDo)) {
    const held = locks.flatMap(({ id }) => id ?? []);
    // Until helm's work is done it keeps others away, for helm asks for no lock. But one that cannot be told from that of an
    // update which begins meanwhile is released before: that update's own lock then stops what comes after.
    const place = seesLocks && held.length === locks.length ? "push" : "unshift";
    actions[place]({ do: "unlock", held });
    will[place]("release the lock (pulumi cancel)");
  }
  if (targets.size > 0 || imports.length > 0)
    actions.push({ do: "refresh", targets: targets.size > 0 ? [...targets] : stackOf(resources), imports });
  if (targets.size > 0)
    will.push(`let Pulumi look at ${[...targets].map(nameOfUrn).join(", ")} again (pulumi refresh)`);
  // What edits the state comes after the lock is released, and after what was being made is in it: an edit drops the operations
  // that were under way.
  if (pending.length > 0) {
    will.push(
      `let the state forget ${pending.length === 1 ? "what was replaced" : `the ${pending.length} that were replaced`}: nothing is deleted, what is left in a cluster stays there`,
    );
    actions.push({ do: "drop", urns: pending.map(({ urn }) => urn) });
  }
  if (reinstalled.length > 0) {
    const them = reinstalled.length === 1 ? "it" : "them";
    will.push(
      `have the next update (npx flotilla up) create ${reinstalled.length === 1 ? "what is lost" : `the ${reinstalled.length} that are lost`} again; until then the state keeps ${them}`,
    );
    actions.push({ do: "reinstall", urns: reinstalled.map(({ urn }) => urn) });
  }
  if (marked.length > 0) {
    will.push("have the next update leave that as it is");
    actions.push({ do: "unmark", urns: marked.map(({ urn }) => urn) });
  }
  if (operations.length > imports.length || again.size > 0) actions.push({ do: "forget", again: [...again] });
  if (operations.length > imports.length)
    will.push("let Pulumi forget the operations that were under way: the next update does them again");
  else if (again.size > 0) will.push(`have the next update do ${[...again].map(nameOfUrn).join(", ")} again`);
  const failed = resources.filter(hasFailed).map(({ urn }) => nameOfUrn(urn));
  const isUnfinished = failed.length > 0 || (lastResult !== undefined && lastResult !== "succeeded");
  const unsure =
    doubtOf(locks) ??
    (!seesLocks && actions.length > 0
      ? "Locks of this backend cannot be seen from here. Is it certain that no update of this stack is running?"
      : undefined);
  return {
    found,
    unfinished: isUnfinished
      ? [
          `the last update ${lastResult === undefined || lastResult === "succeeded" ? "left something unfinished" : `ended as "${lastResult}"`}${failed.length > 0 ? `: ${failed.join(", ")}` : ""}`,
        ]
      : [],
    will,
    unknown,
    seesLocks,
    actions: lost.length > 0 ? [] : actions,
    ...(lost.length > 0
      ? {
          blocked: `Helm has no good revision of ${lost.join(", ")} left, and nothing is removed on a guess. See helm history, and finish it with helm upgrade or helm rollback.`,
        }
      : {}),
    ...(unsure === undefined ? {} : { unsure }),
  };
}

/** The provider may have been killed where the engine was not: the state then has neither the release nor an operation. */
const isOf = ({ deployedAt, manifest }: HelmRevision, since: number): boolean =>
  Date.parse(deployedAt) >= since && manifest.includes(OWN_PREFIX);

/** Whether a release that is well came to that in an update which the state has not heard the end of. */
const wentOn = (resource: ExportedResource, newest: HelmRevision, since: number): boolean =>
  newest.status === "deployed" &&
  Date.parse(newest.deployedAt) >= since &&
  isChangedByHand(resource, { newest });

/** Also one that a refresh was to take into the state, and did not. */
export const isCreation = ({ type }: Operation): boolean => type === "creating" || type === "importing";

/**
 * The stack itself, at which there is nothing to look: what is imported is no target, since the state does not have it,
 * and without any target Pulumi would look at everything.
 */
const stackOf = (resources: readonly ExportedResource[]): string[] =>
  resources.flatMap(({ type, urn }) => (type === STACK ? [urn] : []));

/** The id under which an object that was being made is there; undefined where it is not, or not whole. */
function importOf(
  { resource }: Operation,
  live: Situation["live"],
  exists: Situation["exists"],
): string | undefined {
  if (resource.type === RELEASE) {
    const name = String(resource.inputs?.name);
    return live[name]?.newest.status === "deployed" ? `${resource.inputs?.namespace}/${name}` : undefined;
  }
  return exists[resource.urn] ? idOf((resource.inputs ?? {}) as ManifestObject) : undefined;
}
