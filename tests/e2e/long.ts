/** Cases that run with E2E=long only, because they take long and unit tests cover what they decide; their results are recorded. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import type { OpenWorld } from "../../dev/sandbox/world";
import { type Circumstances, circumstances } from "../kept";

export const IS_LONG = process.env.E2E === "long";

/** The long cases of a test file that have passed. */
export interface LongRun extends Circumstances {
  passed: string[];
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
  const earlier = readLongRun(file)?.passed ?? [];
  const run: LongRun = {
    ...circumstances(world),
    passed: [...titles].filter((title) => title === test.title || earlier.includes(title)),
  };
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(recordOf(file), `${JSON.stringify(run, null, 2)}\n`);
}
