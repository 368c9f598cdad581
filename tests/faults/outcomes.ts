/** What became of each case, kept with the page that tells it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { between, table } from "../../tools/generate/marked";
import { PROJECT } from "../../tools/paths";
import { world } from "../e2e/world";
import { SEED } from "./seed";

export interface Outcome {
  name: string;
  /** In words, for people. */
  what: string;
  /** Seconds into the update; none where the fault was there before it. */
  moment?: number;
  /** How the update ended. */
  update: string;
  recovery: string;
  /** Seconds of `flotilla recover` and the update after it. */
  seconds: number;
  recovered: boolean;
}

/** What a soak came to: how many times as large the state and the program were in its last quarter as in its first. */
export interface Soak {
  updates: number;
  faults: number;
  state: number;
  program?: number;
}

interface Kept {
  date: string;
  seed: string;
  providers: string;
  /** Seconds of an update without a fault. */
  clean: number;
  outcomes: readonly Outcome[];
  soak?: Soak;
}

const FILE = join(PROJECT, "tests", "faults", "outcomes.json");
const PAGE = join(PROJECT, "docs", "reliability.md");

/** Keeps a whole long run, and writes the page anew. */
export function keep(clean: number, outcomes: readonly Outcome[], soak: Soak | undefined): void {
  const isOfficial = world().providers.every(({ source }) => source !== "stand-in");
  const kept: Kept = {
    date: new Date().toISOString().slice(0, 10),
    seed: SEED,
    providers: isOfficial ? "the official providers" : "the stand-ins for the providers",
    clean: Math.round(clean),
    outcomes,
    ...(soak ? { soak } : {}),
  };
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(PAGE, pageOf(readFileSync(PAGE, "utf8"), kept));
}

function pageOf(written: string, { date, seed, providers, clean, outcomes, soak }: Kept): string {
  const recovered = outcomes.filter((outcome) => outcome.recovered).length;
  const lines = [
    `${date}, with ${providers}, \`FAULTS_SEED=${seed}\`: ${outcomes.length} cases, ${recovered} recovered. An update without a fault took ${clean} s.`,
    "",
    ...table(
      ["fault", "what happens", "after", "the update", "`flotilla recover` would", "whole again after"],
      outcomes.map(({ name, what, moment, update, recovery, seconds, recovered }) => [
        name,
        what,
        moment === undefined ? "before" : `${moment} s`,
        update,
        withoutPlaces(recovery),
        recovered ? `${seconds} s` : "**not**",
      ]),
    ),
    "",
    ...(soak
      ? [
          `${soak.updates} random updates, ${soak.faults} of them with a fault: no credential and no volume lost. In the last quarter the state was ${soak.state.toFixed(2)} times as large as in the first${soak.program === undefined ? "" : `, and the program took ${soak.program.toFixed(2)} times the memory`}.`,
        ]
      : ["The random updates did **not** all come to their end."]),
  ];
  return between(written, "tests/faults/outcomes.json", lines.join("\n"), "FAULTS=long npm run test:faults");
}

/** Numbers of processes and times tell nothing a day later. */
const withoutPlaces = (recovery: string): string =>
  recovery.replace(/end process \d+, the/g, "end the").replace(/ of \d{4}-[\dT:.Z-]+ with/g, " with");

/** A line for each case. */
export const outcomesText = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map(({ name, moment, update, recovery, seconds, recovered }) => {
      const when = moment === undefined ? "" : `, after ${moment} s`;
      const end = recovered ? `whole again ${seconds} s later` : "NOT RECOVERED";
      return `    ${name}${when}: the update ${update}; ${recovery}; ${end}\n`;
    })
    .join("");
