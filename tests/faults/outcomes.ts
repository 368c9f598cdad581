/** What became of each case, kept for docs/reliability.md. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../tools/paths";

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

const FILE = join(PROJECT, "tests", "faults", "outcomes.json");

export function keepOutcomes(outcomes: readonly Outcome[]): void {
  writeFileSync(FILE, `${JSON.stringify(outcomes, null, 2)}\n`);
}

/** A line for each case. */
export const outcomesText = (outcomes: readonly Outcome[]): string =>
  outcomes
    .map(({ name, moment, update, recovery, seconds, recovered }) => {
      const when = moment === undefined ? "" : `, after ${moment} s`;
      const end = recovered ? `whole again ${seconds} s later` : "NOT RECOVERED";
      return `    ${name}${when}: the update ${update}; ${recovery}; ${end}\n`;
    })
    .join("");

/** What a soak came to: how many times as large the state and the program were at its end. */
export interface Soak {
  seed: string;
  updates: number;
  faults: number;
  state: number;
  program: number;
}

export function keepSoak(soak: Soak): void {
  writeFileSync(join(PROJECT, "tests", "faults", "soak.json"), `${JSON.stringify(soak, null, 2)}\n`);
}
