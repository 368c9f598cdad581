/** Prints the results of the cases, and with REAL=long records those of cases that pass. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { world } from "../../e2e/world";
import { circumstances } from "../../kept";
import {
  CASES,
  type CaseName,
  described,
  FILE,
  type Kept,
  PAGE,
  pageOf,
  type Result,
  readKept,
} from "./results";
import { IS_LONG } from "./shop";

let measured: [CaseName, Result][] = [];

/** Prints the result of a case. */
export function report(name: CaseName, result: Result): void {
  measured.push([name, result]);
  process.stdout.write(`      ${name}: ${result.seconds} s, ${described(name, result)}\n`);
}

// Only cases that pass are recorded.
afterEach(function () {
  if (IS_LONG && this.currentTest?.isPassed()) keep(measured);
  measured = [];
});

function keep(results: readonly [CaseName, Result][]): void {
  if (results.length === 0) return;
  const earlier: Partial<Kept> = existsSync(FILE) ? readKept() : {};
  const known: Kept["results"] = { ...earlier.results, ...Object.fromEntries(results) };
  const names = Object.keys(CASES) as CaseName[];
  const kept: Kept = {
    ...circumstances(world()),
    cores: availableParallelism(),
    results: Object.fromEntries(names.filter((name) => name in known).map((name) => [name, known[name]])),
  };
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(PAGE, pageOf(readFileSync(PAGE, "utf8"), kept));
}

export const secondsSince = (start: number): number => Math.round((Date.now() - start) / 1000);
