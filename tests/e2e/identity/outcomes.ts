/** The results of the cases, recorded with the page that shows them. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { PROJECT } from "../../../cli/tools/paths";
import { between, table } from "../../../dev/generate/marked";
import type { Provider } from "../../../dev/sandbox/providers/choose";
import { IS_LONG } from "../long";
import type { Case } from "./case";
import { CASES } from "./cases";
import type { Holdings } from "./ground";

export interface Outcome {
  kind: Case["kind"];
  name: string;
  /** UIDs of namespace and claims, digests of passwords. */
  before: Holdings;
  after: Holdings;
  /** What was lost before any command, because it was deleted manually. */
  byHand: readonly string[];
  /** What the commands lost. */
  lost: readonly string[];
  answers: readonly { command: string; exitCode: number; words: string }[];
}

export interface Kept {
  date: string;
  providers: { name: string; version: string; isOfficial: boolean }[];
  outcomes: readonly Outcome[];
}

/** The run that the page shows. */
export const FILE = join(PROJECT, "tests", "e2e", "identity", "results.json");
export const PAGE = join(PROJECT, "docs", "reliability.md");

/**
 * With E2E=long: records a case that has passed, and updates its part of the page. Other cases with the same providers are
 * kept.
 */
export function keepOutcome(providers: readonly Provider[], outcome: Outcome): void {
  if (!IS_LONG) return;
  const used = providers.map(({ name, version, source }) => ({
    name,
    version,
    isOfficial: source !== "stand-in",
  }));
  const before = existsSync(FILE) ? readKept() : undefined;
  const earlier = isDeepStrictEqual(before?.providers, used) ? (before?.outcomes ?? []) : [];
  const known = new Map([...earlier, shortened(outcome)].map((one) => [one.name, one]));
  const kept: Kept = {
    date: new Date().toISOString().slice(0, 10),
    providers: used,
    outcomes: CASES.flatMap(({ name }) => known.get(name) ?? []),
  };
  writeFileSync(FILE, `${JSON.stringify(kept, null, 2)}\n`);
  writeFileSync(PAGE, pageOf(readFileSync(PAGE, "utf8"), kept));
}

/** The first part of a UID or digest is enough to tell two apart. */
const shortened = (outcome: Outcome): Outcome => ({
  ...outcome,
  before: firstParts(outcome.before),
  after: firstParts(outcome.after),
});

const firstParts = (holdings: Holdings): Holdings =>
  Object.fromEntries(Object.entries(holdings).map(([key, value]) => [key, value.slice(0, 8)]));

export const readKept = (): Kept => JSON.parse(readFileSync(FILE, "utf8")) as Kept;

/** Returns the page with the table of a run. */
export const pageOf = (written: string, kept: Kept): string =>
  between(
    written,
    "tests/e2e/identity/results.json",
    tableOf(kept).join("\n"),
    "E2E=long npm run test:identity",
  );

function tableOf({ date, providers, outcomes }: Kept): string[] {
  const used = providers.map(
    ({ name, version, isOfficial }) => `${isOfficial ? "" : "the stand-in for "}${name} ${version}`,
  );
  const losses = outcomes.filter(({ lost }) => lost.length > 0).length;
  const but = losses === 0 ? "" : `, except in ${losses} where it was named and allowed`;
  return [
    `${date}, with these providers: ${used.join(", ")}. ${outcomes.length} cases; no command lost anything${but}.`,
    "",
    ...table(
      ["change", "`diff`", "`preview`", "`up`, and other commands", "namespace, volumes and passwords"],
      outcomes.map((outcome) => [
        `**${outcome.kind}**: ${outcome.name}`,
        said(outcome.answers.slice(0, hasDiff(outcome.answers) ? 1 : 0)),
        said(outcome.answers.filter(({ command }) => command === "pulumi preview")),
        rest(outcome),
        fate(outcome),
      ]),
    ),
  ];
}

type Told = Outcome["answers"][number];

/** Markdown would treat a placeholder as a tag. */
const shown = (words: string): string => words.replace(/<(\w+)>/g, "($1)");

const wordsOf = ({ command, exitCode, words }: Told): string => {
  // It deletes unprotected resources before it reaches the protected ones.
  const failure = command === "pulumi destroy" ? "stops" : "refused";
  return exitCode === 1 ? `${failure}: ${shown(words)}` : shown(words);
};

const said = (answers: readonly Told[]): string => answers.map(wordsOf).join("; ") || "-";

/** The id of a stack differs in each run. */
const commandOf = ({ command }: Told): string =>
  `\`${command.replace(/--given-up [0-9a-f]{12}/, "--given-up <id>")}\``;

/** The commands after `diff` and `preview`; those with the same output are shown together. */
function rest({ answers }: Outcome): string {
  const others = answers
    .filter(({ command }) => command !== "pulumi preview")
    .slice(hasDiff(answers) ? 1 : 0);
  const groups = new Map<string, string[]>();
  for (const answer of others) {
    const words = wordsOf(answer);
    groups.set(words, [...(groups.get(words) ?? []), commandOf(answer)]);
  }
  return (
    [...groups].map(([words, commands]) => `${[...new Set(commands)].join(", ")}: ${words}`).join("; ") || "-"
  );
}

const hasDiff = (answers: readonly Told[]): boolean => answers[0]?.command === "flotilla diff";

/** What is unchanged, and which command lost what is not. */
function fate({ lost, byHand }: Outcome): string {
  const parts = [
    ...(byHand.length === 0 ? [] : [`deleted manually: ${byHand.join(", ")}`]),
    ...(lost.length === 0 ? [] : [`deleted with permission: ${lost.join(", ")}`]),
  ];
  if (parts.length === 0) return "unchanged";
  return lost.length === 0 ? `${parts.join("; ")}; the rest is unchanged` : parts.join("; ");
}
