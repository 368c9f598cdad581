/** Which update a rollback goes back to. */
import { plural } from "../../../src/model/plural";
import { outputsOf } from "../../core/release-status";
import type { ExportedResource } from "../../core/state";
import { fromTheFuture, isTarget } from "../../core/updates";
import { ToolError } from "../../tools/failure";
import { inParallel } from "../../tools/parallel";
import { provenanceOf, readCheckpoint, type Update } from "../history";
import { PROJECT_NAME } from "../project";

/** What updates left, by their numbers. */
export type Checkpoints = ReadonlyMap<number, readonly ExportedResource[]>;

/** The update that the user names, or else the one that was found. @throws ToolError when there is none to go back to. */
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
        `${plural(later.length, "update")} of ${stack} began in the future: a machine's clock has jumped, and which update was the last is not certain.\n  Name the one to go back to: npx flotilla rollback --stack ${stack} --to <number>`,
      );
    if (before) return before;
    throw new ToolError(
      `no earlier update of ${stack} deployed something else: there is nothing to go back to`,
    );
  }
  const target = history.find(({ number }) => number === to);
  if (!target)
    throw new ToolError(`${stack} has no update ${to}: they are numbered from 1 to ${history[0]?.number}`);
  if (!isTarget(target))
    throw new ToolError(
      `update ${to} is not one to go back to: its ${target.kind} ${target.result}. Choose an update that succeeded.`,
    );
  return target;
}

/** What the newest updates left, `listed` of them and the one before; those that the backend does not tell of are left out. */
export async function recentCheckpoints(
  stack: string,
  history: readonly Update[],
  listed: number,
): Promise<Map<number, ExportedResource[]>> {
  const recent = history.slice(0, listed + 1).filter(({ kind }) => kind === "update");
  const found = await inParallel(recent, async (update) => {
    // One that cannot be read any more must not hide the others.
    const resources = await readCheckpoint(PROJECT_NAME, stack, update).catch(() => undefined);
    return [update.number, resources] as const;
  });
  return new Map(found.flatMap(([number, resources]) => (resources ? [[number, resources] as const] : [])));
}

/** The services' images by update. */
export const imagesOf = (checkpoints: Checkpoints): Map<number, Record<string, string>> =>
  new Map(
    [...checkpoints].map(([number, resources]) => [
      number,
      Object.fromEntries(
        Object.entries(outputsOf(resources)?.services ?? {}).map(([service, { image }]) => [service, image]),
      ),
    ]),
  );

/** The digests of the programs that updates ran, of those that recorded it. */
export const programsOf = (checkpoints: Checkpoints): Map<number, string> =>
  new Map(
    [...checkpoints].flatMap(([number, resources]) => {
      const program = provenanceOf(resources)?.program;
      return program === undefined ? [] : [[number, program]];
    }),
  );
