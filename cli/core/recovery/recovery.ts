/** What an update that was broken off has left, and what puts it right: pure decisions. */
import { compact } from "../../../src/model/records";
import { ownerText } from "../../../src/runtime/check-namespace";
import type { Lock } from "../../stack/locks";
import {
  type ExportedResource,
  hasFailed,
  nameOfUrn,
  operationsOf,
  type PendingOperation,
  pendingDeletes,
  resourcesOf,
  resourceText,
  STACK,
} from "../state";
import { operationParts } from "./operations";
import { releaseParts } from "./releases-left";
import { type Action, allOf, type Import, type Part, type Situation } from "./situation";

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
  /** A question to confirm first, about what cannot be checked from here. */
  unsure?: string;
  /** Whether a lock would have been found. */
  seesLocks: boolean;
}

/** What to ask where the process of a lock cannot be seen; undefined where all can. */
export function doubtOf(locks: readonly Lock[]): string | undefined {
  const unseen = locks.find(({ alive }) => alive === undefined);
  return unseen && `Is it certain that no update runs there any more (${unseen.by})?`;
}

export function decide(situation: Situation): Recovery {
  const { locks, state, seesLocks } = situation;
  const blocked = blockedBy(situation);
  if (blocked) return blocked;
  const operations = operationsOf(state);
  const resources = resourcesOf(state);
  const begun = [...operationParts(situation), ...releaseParts(situation)];
  const edits = [
    pendingPart(pendingDeletes(resources)),
    recreatedPart(situation.recreated),
    lostPart(toReinstall(situation, operations)),
    markedPart(situation.marked ?? []),
  ];
  const parts = [...begun, ...edits];
  const imports = allOf(parts, "imports");
  const targets = [...new Set(allOf(parts, "targets"))];
  const again = [...new Set(allOf(parts, "again"))];
  const isToDo = operations.length + targets.length + again.length + allOf(parts, "actions").length > 0;
  const steps = [
    ...withUnlocking(begun, locks, seesLocks, isToDo),
    refreshPart(targets, imports, resources),
    // What edits the state comes after the lock is released, and after what was being made is in it: an edit drops the
    // operations that were under way.
    ...edits,
    forgetPart(operations.length > imports.length, again),
  ];
  const actions = allOf(steps, "actions");
  const beyondHelp = allOf(begun, "beyondHelp");
  return compact({
    found: [...locks.map(lockText), ...allOf(parts, "found")],
    unfinished: unfinishedIn(resources, situation.lastResult),
    will: allOf(steps, "will"),
    unknown: allOf(begun, "unknown"),
    seesLocks,
    actions: beyondHelp.length > 0 ? [] : actions,
    blocked:
      beyondHelp.length > 0
        ? `Helm has no good revision of ${beyondHelp.join(", ")} left, and nothing is removed on a guess. See helm history, and finish it with helm upgrade or helm rollback.`
        : undefined,
    unsure:
      doubtOf(locks) ??
      (!seesLocks && actions.length > 0
        ? "Locks of this backend cannot be seen from here. Is it certain that no update of this stack is running?"
        : undefined),
  });
}

/** Why nothing of the stack may be touched now; undefined where it may. */
function blockedBy({ locks, stranger, seesLocks }: Situation): Recovery | undefined {
  const because = (found: string, blocked: string): Recovery => ({
    found: [found],
    will: [],
    actions: [],
    unfinished: [],
    unknown: [],
    seesLocks,
    blocked,
  });
  const running = locks.find(({ alive }) => alive === true);
  if (running)
    return because(
      `an update is under way: ${running.by}`,
      "Wait until it has ended, or end it with Ctrl-C; what it has begun would be undone while it runs.",
    );
  if (stranger === undefined) return undefined;
  return because(
    `the namespace of the stack belongs to another one now: ${ownerText(stranger)}`,
    `Nothing was changed. If the other stack is given up for good: npx flotilla adopt --stack <stack> --given-up ${stranger.id}`,
  );
}

const lockText = ({ by, alive }: Lock): string =>
  `the stack is locked by ${by}${alive === false ? ", which no longer runs" : ""}`;

/** The lost resources that the next update is to create again. What an operation that was broken off is about is decided with it. */
function toReinstall({ lost = [] }: Situation, operations: readonly PendingOperation[]): ExportedResource[] {
  const underWay = new Set(operations.map(({ resource }) => resource.urn));
  return lost.filter(({ urn, taint }) => !underWay.has(urn) && !taint);
}

/** What an earlier replacement left to be deleted. */
function pendingPart(pending: readonly ExportedResource[]): Part {
  if (pending.length === 0) return {};
  return {
    found: [
      `an earlier update replaced ${pending.map(resourceText).join(", ")}, and the next one would delete the old ones, wherever they are`,
    ],
    will: [
      `let the state forget ${pending.length === 1 ? "what was replaced" : `the ${pending.length} that were replaced`}: nothing is deleted, what is left in a cluster stays there`,
    ],
    actions: [{ do: "drop", urns: pending.map(({ urn }) => urn) }],
  };
}

const recreatedPart = (namespace: ExportedResource | undefined): Part =>
  namespace === undefined
    ? {}
    : {
        found: [`namespace ${nameOfUrn(namespace.urn)} was deleted and created again since the last update`],
        targets: [namespace.urn],
      };

/** What the cluster has lost. */
function lostPart(lost: readonly ExportedResource[]): Part {
  if (lost.length === 0) return {};
  const [what, them] =
    lost.length === 1 ? ["what is lost", "it"] : [`the ${lost.length} that are lost`, "them"];
  return {
    found: [`the cluster has lost what the state has: ${lost.map(resourceText).join(", ")}`],
    will: [`have the next update (npx flotilla up) create ${what} again; until then the state keeps ${them}`],
    actions: [{ do: "reinstall", urns: lost.map(({ urn }) => urn) }],
  };
}

/** What was marked as lost and is there again. */
function markedPart(marked: readonly ExportedResource[]): Part {
  if (marked.length === 0) return {};
  return {
    found: [`the cluster has again what was lost: ${marked.map(resourceText).join(", ")}`],
    will: ["have the next update leave that as it is"],
    actions: [{ do: "unmark", urns: marked.map(({ urn }) => urn) }],
  };
}

/**
 * The parts with the release of the lock in its place. Until helm's work is done it keeps others away, for helm asks for no
 * lock. But one that cannot be told from that of an update which begins meanwhile is released before: that update's own lock
 * then stops what comes after.
 */
function withUnlocking(
  begun: readonly Part[],
  locks: readonly Lock[],
  seesLocks: boolean,
  isToDo: boolean,
): Part[] {
  if (locks.length === 0 && (seesLocks || !isToDo)) return [...begun];
  const held = locks.flatMap(({ id }) => id ?? []);
  const unlocking: Part = {
    will: ["release the lock (pulumi cancel)"],
    actions: [{ do: "unlock", held }],
  };
  return seesLocks && held.length === locks.length ? [...begun, unlocking] : [unlocking, ...begun];
}

function refreshPart(targets: string[], imports: Import[], resources: readonly ExportedResource[]): Part {
  if (targets.length === 0 && imports.length === 0) return {};
  return {
    will:
      targets.length === 0
        ? []
        : [`let Pulumi look at ${targets.map(nameOfUrn).join(", ")} again (pulumi refresh)`],
    actions: [{ do: "refresh", targets: targets.length > 0 ? targets : stackOf(resources), imports }],
  };
}

/**
 * The stack itself, at which there is nothing to look: what is imported is no target, since the state does not have it,
 * and without any target Pulumi would look at everything.
 */
const stackOf = (resources: readonly ExportedResource[]): string[] =>
  resources.flatMap(({ type, urn }) => (type === STACK ? [urn] : []));

/** Operations that no import completes are forgotten, and what is updated again is marked with them. */
function forgetPart(areLeft: boolean, again: string[]): Part {
  if (!areLeft && again.length === 0) return {};
  return {
    will: [
      areLeft
        ? "let Pulumi forget the operations that were under way: the next update does them again"
        : `have the next update do ${again.map(nameOfUrn).join(", ")} again`,
    ],
    actions: [{ do: "forget", again }],
  };
}

/** What the next update has to finish. */
function unfinishedIn(resources: readonly ExportedResource[], lastResult: string | undefined): string[] {
  const failed = resources.filter(hasFailed).map(({ urn }) => nameOfUrn(urn));
  const hasEndedWell = lastResult === undefined || lastResult === "succeeded";
  if (failed.length === 0 && hasEndedWell) return [];
  const how = hasEndedWell ? "left something unfinished" : `ended as "${lastResult}"`;
  return [`the last update ${how}${failed.length > 0 ? `: ${failed.join(", ")}` : ""}`];
}
