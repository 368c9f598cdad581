/** Notes below a diff: where the state and the cluster disagree, and what the engine will refuse. */

import { plural } from "../../../src/model/plural";
import type { Plan } from "../../../src/plan/plan";
import { isChangedByHand } from "../../core/release-status";
import { type ExportedResource, resourceText } from "../../core/state";
import { lostText } from "../lost";
import type { LiveRelease } from "../releases";
import { inputsOf } from "./renderer";

/** Notes about releases whose state and Helm record disagree. */
export function notesOf(
  planned: Plan,
  stack: string,
  states: ReadonlyMap<string, ExportedResource>,
  live: Readonly<Record<string, LiveRelease>> | undefined,
  adopting: boolean,
): string[] {
  if (!live) return [];
  return Object.keys(planned.releases).flatMap((name) => {
    const state = states.get(name);
    const release = live[name];
    if (!state)
      return release && !adopting
        ? [`${name} is already installed with helm; to take it over: npx flotilla adopt --stack ${stack}`]
        : [];
    if (!release) return [];
    if (release.newest.status.startsWith("pending-") || release.newest.status === "uninstalled")
      return [
        `${name} is ${release.newest.status}: an update is running or was interrupted; if interrupted: npx flotilla recover --stack ${stack}`,
      ];
    return isChangedByHand(state, release)
      ? [`${name} was changed with helm since the last update: npx flotilla drift --stack ${stack}`]
      : [];
  });
}

/** The note about lost resources. */
export function lostNotes(stack: string, lost: readonly ExportedResource[]): string[] {
  if (lost.length === 0) return [];
  return [
    `${lostText(lost)}. npx flotilla up --stack ${stack} recreates what is missing; a plain pulumi up does not`,
  ];
}

/** The note about resources that an earlier replacement left for deletion. */
export const pendingNotes = (stack: string, pending: readonly ExportedResource[]): string[] =>
  pending.length === 0
    ? []
    : [
        `an earlier update left ${plural(pending.length, "replaced resource")}, which the next update would delete: ${pending.map(resourceText).join(", ")}; to remove them from the state: npx flotilla recover --stack ${stack}`,
      ];

/** Notes about protected releases that would be removed. */
export const protectedNotes = (gone: readonly ExportedResource[]): string[] =>
  gone.flatMap((state) =>
    state.protect
      ? [`${inputsOf(state).name} would be removed, but it is protected: pulumi up will refuse`]
      : [],
  );
