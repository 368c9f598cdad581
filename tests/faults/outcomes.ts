/** The results of the cases, recorded with the page that shows them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { between, table } from "../../dev/generate/marked";
import { world } from "../e2e/world";
import { type Circumstances, circumstances } from "../kept";
import { SEED } from "./seed";

export interface Outcome {
  name: string;
  /** A description for people. */
  what: string;
  /** Seconds into the update; undefined if the fault existed before it. */
  moment?: number;
  /** How the update ended. */
  update: string;
  recovery: string;
  /** Duration of `flotilla recover` and the update after it, in seconds. */
  seconds: number;
  recovered: boolean;
}

/** Result of a soak test: growth of state and program from its first to its last quarter. */
export interface Soak {
  updates: number;
  faults: number;
  state: number;
  program?: number;
}

interface Seeded extends Circumstances {
  seed: string;
}

interface Kept {
  /** `clean`: duration of an update without a fault, in seconds. */
  cases?: Seeded & { clean: number; outcomes: readonly Outcome[] };
  soak?: Seeded & Soak;
}

const FILE = join(PROJECT, "tests", "faults", "long-run.json");
const PAGE = join(PROJECT, "docs", "reliability.md");

/** Records all cases of a long run, and updates the page. */
export const keepCases = (clean: number, outcomes: readonly Outcome[]): void =>
  keep({ cases: { ...seeded(), clean: Math.round(clean), outcomes } });

/** Records the random updates of a long run, and updates the page. */
export const keepSoak = (soak: Soak): void => keep({ soak: { ...seeded(), ...soak } });

const seeded = (): Seeded => ({ ...circumstances(world()), seed: SEED });

/** The two take an hour together, so each is recorded when it completes. */
function keep(part: Kept): void {
  const kept = { ...(existsSync(FILE) ? readKept() : {}), ...part };
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(PAGE, pageOf(readFileSync(PAGE, "utf8"), kept));
}

export const readKept = (): Kept => JSON.parse(readFileSync(FILE, "utf8")) as Kept;

/** Returns the page with the tables of the runs. */
export function pageOf(written: string, { cases, soak }: Kept): string {
  const lines = [...(cases ? casesLines(cases) : []), "", ...(soak ? [soakLine(soak)] : [])];
  return between(
    written,
    "tests/faults/long-run.json",
    lines.join("\n").trim(),
    "FAULTS=long npm run test:faults",
  );
}

const whenOf = ({ date, providers, seed }: Seeded): string =>
  `${date}, with ${providers}, \`FAULTS_SEED=${seed}\``;

function casesLines({ clean, outcomes, ...how }: NonNullable<Kept["cases"]>): string[] {
  const recovered = outcomes.filter((outcome) => outcome.recovered).length;
  return [
    `${whenOf(how)}: ${outcomes.length} cases, ${recovered} recovered. An update without a fault took ${clean} s.`,
    "",
    ...table(
      [
        "fault",
        "what happens",
        "fault after",
        "the update",
        "what `flotilla recover` does",
        "recovered after",
      ],
      outcomes.map(({ name, what, moment, update, recovery, seconds, recovered }) => [
        name,
        what,
        moment === undefined ? "before the update" : `${moment} s`,
        update,
        withoutPlaces(recovery),
        recovered ? `${seconds} s` : "**never**",
      ]),
    ),
  ];
}

function soakLine({ updates, faults, state, program, ...how }: NonNullable<Kept["soak"]>): string {
  const memory =
    program === undefined ? "" : `, and the program used ${program.toFixed(2)} times as much memory`;
  return `${whenOf(how)}: ${updates} random updates, ${faults} of them with a fault; no credential or volume was lost. In the last quarter of the run, the state was ${state.toFixed(2)} times as large as in the first${memory}.`;
}

/** Process ids and times mean nothing a day later. */
const withoutPlaces = (recovery: string): string =>
  recovery.replace(/end process \d+, the/g, "end the").replace(/ of \d{4}-[\dT:.Z-]+ with/g, " with");

/** Returns a line for each case. */
export const outcomesText = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map(({ name, moment, update, recovery, seconds, recovered }) => {
      const when = moment === undefined ? "" : `, after ${moment} s`;
      const end = recovered ? `recovered ${seconds} s later` : "NOT RECOVERED";
      return `    ${name}${when}: the update ${update}; ${recovery}; ${end}\n`;
    })
    .join("");
