/** A stack's updates, for people who choose one of them: pure. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../src/model/records";
import type { ConfigValue, Update } from "../stack/history";
import { type FieldChange, fieldChanges, pathText, valueText } from "./diff/fields";

export interface UpdateWithChanges extends Update {
  /** What it changed compared with the previous update. */
  changed: string[];
}

/** Whether a rollback can target an update: refreshes and the like have a number, but deploy nothing. */
export const isTarget = ({ kind, result }: Update): boolean => kind === "update" && result === "succeeded";

/** Milliseconds by which the clocks of two machines may differ without a warning. */
const CLOCK_DIFFERENCE = 60_000;

/** Updates with a start time in the future: a clock has jumped, and file backends order updates by time. */
export const fromTheFuture = (updates: readonly Update[], now: number): Update[] =>
  updates.filter(({ startedAt }) => Date.parse(startedAt) > now + CLOCK_DIFFERENCE);

/** Returns each update with what it changed; `images` are its services' images, if known. */
export function withChanges(
  updates: readonly Update[],
  images: ReadonlyMap<number, Record<string, string>>,
): UpdateWithChanges[] {
  const oldestFirst = [...updates].sort((a, b) => a.number - b.number);
  return oldestFirst
    .map((update, index) => {
      const before = oldestFirst
        .slice(0, index)
        .filter(({ kind }) => kind === "update")
        .at(-1);
      return { ...update, changed: before ? changes(before, update, images) : ["first"] };
    })
    .reverse();
}

function changes(
  before: Update,
  update: Update,
  images: ReadonlyMap<number, Record<string, string>>,
): string[] {
  if (update.kind !== "update") return [];
  const settings = fieldChanges(values(before.config), values(update.config))
    .flatMap(parts)
    .map(
      ({ path, before: old, after }) =>
        `${pathText(path).replace(/^\w+:/, "")} ${valueText(old)} → ${valueText(after)}`,
    );
  const [old, now] = [images.get(before.number), images.get(update.number)];
  const tags =
    old && now
      ? Object.keys({ ...old, ...now }).flatMap((service) => {
          const [was, is] = [old[service], now[service]];
          return was === is ? [] : [`${service} ${tagOf(was)} → ${tagOf(is)}`];
        })
      : [];
  const commit =
    before.commit === update.commit ? [] : [`commit ${short(before.commit)} → ${short(update.commit)}`];
  const all = [...new Set([...tags, ...settings.filter((text) => !saidByTags(text, tags)), ...commit])];
  return all.length > 0 ? all : ["nothing"];
}

/** An added or removed map as one change per entry. */
function parts(change: FieldChange): FieldChange[] {
  const { path, before = {}, after = {} } = change;
  const inner = isRecord(before) && isRecord(after) ? fieldChanges(before, after, path) : [];
  return inner.length > 0
    ? inner.flatMap((part) => (part.path.length > path.length ? parts(part) : [part]))
    : [change];
}

/** Whether a changed image already covers this setting of a tag. */
const saidByTags = (setting: string, tags: readonly string[]): boolean => {
  const service = /^services\.([^.]+)\.tag /.exec(setting)?.[1];
  return tags.some((tag) => tag.startsWith(`${service} `));
};

const values = (config: Readonly<Record<string, ConfigValue>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(config).map(([key, { value, objectValue, secret }]) => [
      key,
      secret ? "(secret)" : (objectValue ?? value),
    ]),
  );

const tagOf = (image: string | undefined): string => image?.split(":").at(-1) ?? "(none)";
const short = (commit: string | undefined): string => commit?.slice(0, 7) ?? "(none)";

/**
 * The default target of a rollback: the newest update that deployed something different from the latest one. A failed rollback
 * is resumed. Undefined if there is none.
 */
export function previous(
  updates: readonly Update[],
  programs: ReadonlyMap<number, string>,
): Update | undefined {
  const [current, ...earlier] = updates.filter(({ kind }) => kind === "update" || kind === "destroy");
  if (!current) return undefined;
  const isFailed = current.result !== "succeeded";
  const begun = isFailed ? /^flotilla rollback to (\d+): /.exec(current.message)?.[1] : undefined;
  const resumed = begun === undefined ? undefined : updates.find(({ number }) => number === Number(begun));
  if (resumed) return resumed;
  // After a failed update, the target is the last successful one, whatever it deployed.
  return earlier.find((update) => isTarget(update) && (isFailed || !isSameAs(update, current, programs)));
}

/** Whether two updates deployed the same settings and the same program (by its digest if known for both, else by commit). */
function isSameAs(a: Update, b: Update, programs: ReadonlyMap<number, string>): boolean {
  const [one, other] = [programs.get(a.number), programs.get(b.number)];
  const isSameProgram = one !== undefined && other !== undefined ? one === other : a.commit === b.commit;
  return isSameProgram && isDeepStrictEqual(values(a.config), values(b.config));
}
