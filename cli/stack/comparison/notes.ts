/** What to know besides a difference: where state and cluster do not agree, and what the engine will refuse. */

import type { Plan } from "../../../src/plan/plan";
import { isChangedByHand } from "../../core/release-status";
import { type ExportedResource, resourceText } from "../../core/state";
import { lostText } from "../lost";
import type { LiveRelease } from "../releases";
import { inputsOf } from "./renderer";

/** Where state and cluster do not agree: the difference is not all there is to know. */
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
    const there = live[name];
    if (!state)
      return there && !adopting
        ? [`${name} is installed already, by helm: take it over with npx flotilla adopt --stack ${stack}`]
        : [];
    if (!there) return [];
    if (there.newest.status.startsWith("pending-") || there.newest.status === "uninstalled")
      return [
        `${name} is ${there.newest.status}: an update is running, or one was interrupted; then npx flotilla recover --stack ${stack}`,
      ];
    return isChangedByHand(state, there)
      ? [`${name} was changed with helm since: npx flotilla drift --stack ${stack}`]
      : [];
  });
}

/** What the cluster has lost, in one line. */
export function lostNotes(stack: string, lost: readonly ExportedResource[]): string[] {
  if (lost.length === 0) return [];
  return [
    `${lostText(lost)}. npx flotilla up --stack ${stack} creates it again; plain pulumi does not see it`,
  ];
}

/** Resources that an earlier replacement left to be deleted. */
export const pendingNotes = (stack: string, pending: readonly ExportedResource[]): string[] =>
  pending.length === 0
    ? []
    : [
        `an earlier update left ${pending.length} replaced resources, which the next one would delete: ${pending.map(resourceText).join(", ")}; npx flotilla recover --stack ${stack} forgets them`,
      ];

/** Releases that would go, and may not. */
export const protectedNotes = (gone: readonly ExportedResource[]): string[] =>
  gone.flatMap((state) =>
    state.protect ? [`${inputsOf(state).name} would be removed, but it is protected: pulumi up refuses`] : [],
  );
