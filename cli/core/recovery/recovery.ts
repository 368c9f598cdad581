/** What an interrupted update has left, and how to repair it: pure decisions. */
import { compact } from "../../../src/model/records";
import { ownerText } from "../../../src/runtime/check-namespace";
import { typesOfUrn } from "../../../src/runtime/urn";
import type { Lock } from "../../stack/locks";
import {
  type ExportedResource,
  hasFailed,
  nameOfUrn,
  operationsOf,
  type PendingOperation,
  pendingDeletes,
  RELEASE,
  resourcesOf,
  resourceText,
} from "../state";
import { operationParts } from "./operations";
import { releaseParts } from "./releases-left";
import { type Action, type Addition, allOf, type Import, type Part, type Situation } from "./situation";
import { additionText, unrecordedParts } from "./unrecorded";

export interface Recovery {
  /** What has happened. */
  found: string[];
  /** What needs another update and not recovery. */
  unfinished: string[];
  /** What will be done, in order. */
  will: string[];
  actions: Action[];
  /** Why nothing can be done now. */
  blocked?: string;
  /** Objects and running releases of the stack that are missing from its state and that only `flotilla adopt` takes over. */
  unknown: string[];
  /** A question to confirm first, about something that cannot be checked from here. */
  unsure?: string;
  /** Whether locks are visible in this backend. */
  seesLocks: boolean;
}

/** The question about a lock whose process cannot be seen from here; undefined if there is none. */
export function questionAboutLocks(locks: readonly Lock[]): string | undefined {
  const unseen = locks.find(({ alive }) => alive === undefined);
  return unseen && `Are you sure that no update is running there anymore (${unseen.by})?`;
}

export function decide(situation: Situation): Recovery {
  const { locks, state, seesLocks } = situation;
  const blocked = blockedBy(situation);
  if (blocked) return blocked;
  const operations = operationsOf(state);
  const resources = resourcesOf(state);
  const begun = [
    ...operationParts(situation),
    ...releaseParts(situation),
    ...unrecordedParts(state, situation.unrecorded ?? []),
  ];
  const edits = [
    pendingPart(pendingDeletes(resources)),
    recreatedPart(situation.recreated),
    lostPart(toReinstall(situation, operations)),
    markedPart(situation.marked ?? []),
  ];
  const parts = [...begun, ...edits];
  const imports = allOf(parts, "imports");
  const additions = allOf(parts, "additions");
  // Only a refresh tells which revision an imported release has.
  const releases = imports.map(({ urn }) => urn).filter((urn) => typesOfUrn(urn).at(-1) === RELEASE);
  const targets = [...new Set([...allOf(parts, "targets"), ...releases])];
  const again = [...new Set([...allOf(parts, "again"), ...releases])];
  const isToDo =
    operations.length + targets.length + again.length + additions.length + allOf(parts, "actions").length > 0;
  const steps = [
    ...withUnlocking(begun, locks, seesLocks, isToDo),
    // Edits of the state come after the lock is released, and imports come first: an edit drops the pending operations.
    additionPart(imports, additions, again),
    refreshPart(targets),
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
        ? `Helm has no successful revision of ${beyondHelp.join(", ")} left to restore, and Flotilla does not uninstall a release that may hold data. Look at helm history, then repair it with helm upgrade or helm rollback.`
        : undefined,
    unsure:
      questionAboutLocks(locks) ??
      (!seesLocks && actions.length > 0
        ? "Locks of this backend cannot be seen from here. Are you sure that no update of this stack is running?"
        : undefined),
  });
}

/** Returns why the stack must not be touched now; undefined if it may. */
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
      `an update is in progress: ${running.by}`,
      "Wait until it finishes, or stop it with Ctrl-C. Recovering now would undo its work while it runs.",
    );
  if (stranger === undefined) return undefined;
  return because(
    `the stack's namespace now belongs to another stack: ${ownerText(stranger)}`,
    `Nothing was changed. If the other stack is abandoned for good: npx flotilla adopt --stack <stack> --given-up ${stranger.id}`,
  );
}

const lockText = ({ by, alive }: Lock): string =>
  `the stack is locked by ${by}${alive === false ? ", which is no longer running" : ""}`;

/** The lost resources that the next update must recreate, except those with a pending operation, which is handled on its own. */
function toReinstall({ lost = [] }: Situation, operations: readonly PendingOperation[]): ExportedResource[] {
  const underWay = new Set(operations.map(({ resource }) => resource.urn));
  return lost.filter(({ urn, taint }) => !underWay.has(urn) && !taint);
}

/** Resources that an earlier replacement left for deletion. */
function pendingPart(pending: readonly ExportedResource[]): Part {
  if (pending.length === 0) return {};
  return {
    found: [
      `an earlier update replaced ${pending.map(resourceText).join(", ")}, and the next update would delete the old ones, even in another cluster`,
    ],
    will: [
      `remove ${pending.length === 1 ? "the replaced resource" : `the ${pending.length} replaced resources`} from the state; nothing is deleted in any cluster`,
    ],
    actions: [{ do: "drop", urns: pending.map(({ urn }) => urn) }],
  };
}

const recreatedPart = (namespace: ExportedResource | undefined): Part =>
  namespace === undefined
    ? {}
    : {
        found: [`namespace ${nameOfUrn(namespace.urn)} was deleted and recreated since the last update`],
        targets: [namespace.urn],
      };

/** Resources in the state that the cluster has lost. */
function lostPart(lost: readonly ExportedResource[]): Part {
  if (lost.length === 0) return {};
  const [what, them, stay] =
    lost.length === 1
      ? ["the lost resource", "it", "it stays"]
      : [`the ${lost.length} lost resources`, "them", "they stay"];
  return {
    found: [`the cluster has lost ${lost.map(resourceText).join(", ")}`],
    will: [
      `mark ${what} so that the next update (npx flotilla up) recreates ${them}; ${stay} in the state until then`,
    ],
    actions: [{ do: "reinstall", urns: lost.map(({ urn }) => urn) }],
  };
}

/** Resources that are marked as lost but exist again. */
function markedPart(marked: readonly ExportedResource[]): Part {
  if (marked.length === 0) return {};
  return {
    found: [`lost resources are back in the cluster: ${marked.map(resourceText).join(", ")}`],
    will: ["unmark them, so that the next update does not recreate them"],
    actions: [{ do: "unmark", urns: marked.map(({ urn }) => urn) }],
  };
}

/**
 * The parts with the unlocking in the right place. The lock is kept while helm works, because helm takes no lock and others must
 * stay away. A lock that cannot be told apart from one of an update that starts meanwhile is released first: that update's own
 * lock then stops the later steps.
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

function refreshPart(targets: string[]): Part {
  if (targets.length === 0) return {};
  return {
    will: [`refresh ${targets.map(nameOfUrn).join(", ")} in the state (pulumi refresh)`],
    actions: [{ do: "refresh", targets }],
  };
}

/** Clears pending operations that no import completes, and marks what must be updated again. */
function forgetPart(areLeft: boolean, again: string[]): Part {
  if (!areLeft && again.length === 0) return {};
  return {
    will: [
      areLeft
        ? "clear the pending operations; the next update repeats them"
        : `mark ${again.map(nameOfUrn).join(", ")} so that the next update deploys ${again.length === 1 ? "it" : "them"} again`,
    ],
    actions: [{ do: "forget", again }],
  };
}

/** Adds what the update was creating, and what no operation names. */
function additionPart(imports: readonly Import[], additions: readonly Addition[], again: string[]): Part {
  if (imports.length + additions.length === 0) return {};
  const it = additions.length === 1 ? "it" : "them";
  return {
    will:
      additions.length === 0
        ? []
        : [
            `add ${additions.map(additionText).join(", ")} to the state; the interrupted update created ${it}, and nothing in the cluster changes`,
          ],
    actions: [{ do: "add", imports: [...imports], resources: [...additions], again }],
  };
}

/** What the next update must finish. */
function unfinishedIn(resources: readonly ExportedResource[], lastResult: string | undefined): string[] {
  const failed = resources.filter(hasFailed).map(({ urn }) => nameOfUrn(urn));
  const hasEndedWell = lastResult === undefined || lastResult === "succeeded";
  if (failed.length === 0 && hasEndedWell) return [];
  const how = hasEndedWell ? "left something unfinished" : `ended as "${lastResult}"`;
  return [`the last update ${how}${failed.length > 0 ? `: ${failed.join(", ")}` : ""}`];
}
