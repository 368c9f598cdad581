/** A stack's updates as people choose among them: pure. */
import { isDeepStrictEqual } from "node:util";
import { isRecord } from "../../src/model/records";
import type { ConfigValue, Update } from "../stack/history";
import { type FieldChange, fieldChanges, pathText, valueText } from "./diff/fields";

export interface Told extends Update {
  /** What it changed against the update before it. */
  changed: string[];
}

/** Updates that deployed something: refreshes and the like have a number, but nobody goes back to one. */
export const isTarget = ({ kind, result }: Update): boolean => kind === "update" && result === "succeeded";

/** Milliseconds by which the clocks of two machines may differ without a word. */
const CLOCK_DIFFERENCE = 60_000;

/** Updates that say they began later than now: a backend of files orders them by time, and a clock has jumped. */
export const fromTheFuture = (updates: readonly Update[], now: number): Update[] =>
  updates.filter(({ startedAt }) => Date.parse(startedAt) > now + CLOCK_DIFFERENCE);

/** Each update with what it changed; `images` are its services' images, where they are known. */
export function told(
  updates: readonly Update[],
  images: ReadonlyMap<number, Record<string, string>>,
): Told[] {
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

/** A map that comes or goes, entry by entry. */
function parts(change: FieldChange): FieldChange[] {
  const { path, before = {}, after = {} } = change;
  const inner = isRecord(before) && isRecord(after) ? fieldChanges(before, after, path) : [];
  return inner.length > 0
    ? inner.flatMap((part) => (part.path.length > path.length ? parts(part) : [part]))
    : [change];
}

/** A setting of a tag says what the image says as well. */
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
 * The update to go back to when none is named: the newest that deployed something else than the newest of all. A rollback
 * that failed is gone on with. Undefined when there is none.
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
  // What failed half-way is gone back from to the last that did not, whatever it deployed.
  return earlier.find((update) => isTarget(update) && (isFailed || !isSameAs(update, current, programs)));
}

/** Whether two updates deployed the same: the same settings and, as far as it is known of both, the same program. */
function isSameAs(a: Update, b: Update, programs: ReadonlyMap<number, string>): boolean {
  const [one, other] = [programs.get(a.number), programs.get(b.number)];
  const isSameProgram = one !== undefined && other !== undefined ? one === other : a.commit === b.commit;
  return isSameProgram && isDeepStrictEqual(values(a.config), values(b.config));
}
