/** Selects the update that a rollback targets. */
import { plural } from "../../../src/model/plural";
import { outputsOf } from "../../core/release-status";
import type { ExportedResource } from "../../core/state";
import { fromTheFuture, isTarget } from "../../core/updates";
import { ToolError } from "../../tools/failure";
import { inParallel } from "../../tools/parallel";
import { provenanceOf, readCheckpoint, type Update } from "../history";
import { PROJECT_NAME } from "../project";

/** The states at the ends of updates, by number. */
export type Checkpoints = ReadonlyMap<number, readonly ExportedResource[]>;

/** Returns the update that the user names, or else `before`. @throws ToolError if there is none to roll back to. */
export function chosen(
  stack: string,
  history: readonly Update[],
  to: number | undefined,
  before: Update | undefined,
): Update {
  if (to === undefined) {
    const later = fromTheFuture(history, Date.now());
    if (later.length > 0)
      throw new ToolError(
        `${plural(later.length, "update")} of ${stack} started in the future: a machine's clock has jumped, so the order of updates is uncertain.\n  Name the one to roll back to: npx flotilla rollback --stack ${stack} --to <number>`,
      );
    if (before) return before;
    throw new ToolError(
      `there is nothing to roll back to: no earlier update of ${stack} deployed anything different`,
    );
  }
  const target = history.find(({ number }) => number === to);
  if (!target)
    throw new ToolError(`${stack} has no update ${to}: updates are numbered 1 to ${history[0]?.number}`);
  if (!isTarget(target))
    throw new ToolError(
      `cannot roll back to update ${to}: its ${target.kind} ${target.result}. Choose an update that succeeded.`,
    );
  return target;
}

/** Returns the states at the ends of the newest updates (`listed` and one more); states that the backend lacks are left out. */
export async function recentCheckpoints(
  stack: string,
  history: readonly Update[],
  listed: number,
): Promise<Map<number, ExportedResource[]>> {
  const recent = history.slice(0, listed + 1).filter(({ kind }) => kind === "update");
  const found = await inParallel(recent, async (update) => {
    // An unreadable checkpoint must not hide the others.
    const resources = await readCheckpoint(PROJECT_NAME, stack, update).catch(() => undefined);
    return [update.number, resources] as const;
  });
  return new Map(found.flatMap(([number, resources]) => (resources ? [[number, resources] as const] : [])));
}

/** The images of services, by update. */
export const imagesOf = (checkpoints: Checkpoints): Map<number, Record<string, string>> =>
  new Map(
    [...checkpoints].map(([number, resources]) => [
      number,
      Object.fromEntries(
        Object.entries(outputsOf(resources)?.services ?? {}).map(([service, { image }]) => [service, image]),
      ),
    ]),
  );

/** The program digests that updates recorded, by update. */
export const programsOf = (checkpoints: Checkpoints): Map<number, string> =>
  new Map(
    [...checkpoints].flatMap(([number, resources]) => {
      const program = provenanceOf(resources)?.program;
      return program === undefined ? [] : [[number, program]];
    }),
  );
