/** What became of each case, kept with the page that tells it. */
import { writeFileSync } from "node:fs";
import type { OpenWorld } from "../../../tools/world";
import type { Case } from "./case";
import type { Holdings } from "./ground";

export interface Outcome {
  kind: Case["kind"];
  name: string;
  before: Holdings;
  after: Holdings;
  /** What was lost before any command: it was done by hand. */
  byHand: string[];
  /** What the commands lost. */
  lost: string[];
  answers: { command: string; exitCode: number; words: string }[];
}

export function keepOutcomes(_: OpenWorld, outcomes: readonly Outcome[], cases: number): void {
  const file = process.env.IDENTITY_RESULTS;
  if (file) writeFileSync(file, JSON.stringify({ cases, outcomes }, null, 2));
}
