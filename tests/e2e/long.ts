/** Cases that run with E2E=long only, because they take long and unit tests cover what they decide; their results are recorded. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import type { OpenWorld } from "../../dev/sandbox/world";
import { own } from "../../src/model/graph";
import { type Circumstances, circumstances } from "../kept";

export const IS_LONG = process.env.E2E === "long";

/** The last long run of a test file. */
export interface LongRun extends Circumstances {
  /** Seconds that each case took, by its title. */
  cases: Record<string, number>;
}

const titles = new Set<string>();

/** Defines a case of the long run. */
export function long(title: string, body: Mocha.AsyncFunc): void {
  titles.add(title);
  (IS_LONG ? it : it.skip)(title, body);
}

/** Defines a group of such cases; its hooks do not run without them. */
export const describeLong = (title: string, body: (this: Mocha.Suite) => void): unknown =>
  (IS_LONG ? describe : describe.skip)(title, body);

const FOLDER = join(PROJECT, "tests", "e2e", "long-runs");

/** One record per test file, because files run in parallel. */
const recordOf = (file: string): string => join(FOLDER, `${basename(file, ".test.ts")}.json`);

/** Returns the record of a test file; undefined if it has none. */
export function readLongRun(file: string): LongRun | undefined {
  const record = recordOf(file);
  return existsSync(record) ? (JSON.parse(readFileSync(record, "utf8")) as LongRun) : undefined;
}

/** Records a case of the long run that has passed. */
export function keepLong(test: Mocha.Test | undefined, world: Pick<OpenWorld, "providers">): void {
  if (!IS_LONG || !test?.isPassed() || !titles.has(test.title)) return;
  const file = test.file as string;
  const cases = { ...readLongRun(file)?.cases, [test.title]: Math.round((test.duration ?? 0) / 1000) };
  const run: LongRun = {
    ...circumstances(world),
    cases: Object.fromEntries(
      [...titles].flatMap((title) => {
        const seconds = own(cases, title);
        return seconds === undefined ? [] : [[title, seconds]];
      }),
    ),
  };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(recordOf(file), `${JSON.stringify(run, null, 2)}\n`);
}
