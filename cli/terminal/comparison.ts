/** Prints what an update would change. */
import chalk from "chalk";
import Table from "cli-table3";
import { plural } from "../../src/model/plural";
import type { Problem } from "../../src/model/problems";
import type { ReleaseChange } from "../core/diff/compare";
import { comparedText, losesData, objectsText, podsText, summaryText, totalsOf } from "../core/diff/describe";
import { refusedAdvice } from "../core/diff/refused";
import { PLAIN_TABLE } from "./table";

/** The diff of every object, then a table of the releases: the summary comes last, next to the prompt. */
export const showChanges = (changes: readonly ReleaseChange[], isUpdate = true): string =>
  changes.length === 0 ? "" : [...changes.flatMap(showRelease), "", table(changes, isUpdate), ""].join("\n");

/** The parts of a comparison that are shown. */
interface Compared {
  changes: readonly ReleaseChange[];
  notes: readonly string[];
  /** Objects that the update would create and that already exist. Default: none. */
  blocked?: readonly Problem[];
}

/** `isUpdate`: whether it shows an update, with its effects on pods and volumes, and not two stacks. */
export function showComparison({ changes, notes, blocked = [] }: Compared, { isUpdate = true } = {}): string {
  const parts = changes.length === 0 ? [] : [showChanges(changes, isUpdate).trimEnd()];
  const refused = isUpdate ? changes.flatMap(({ immutable }) => immutable) : [];
  if (refused.length > 0)
    parts.push(
      "",
      chalk.red.bold("The API server will refuse this: these fields are immutable"),
      ...refused.map((text) => chalk.red(`  ${text}`)),
      ...refusedAdvice(changes).map((text) => `  ${text}`),
    );
  if (blocked.length > 0)
    parts.push(
      "",
      chalk.red.bold("The update is refused: these objects already exist"),
      ...blocked.flatMap(({ where, what, todo }) => [chalk.red(`  ${where}: ${what}`), `    ${todo}`]),
    );
  if (notes.length > 0) parts.push("", ...notes.map((note) => `${chalk.yellow("note")} ${note}`));
  const totals = totalsOf(changes);
  const summary = isUpdate ? summaryText(totals) : comparedText(totals);
  if (parts.length > 0) parts.push("");
  parts.push(totals.releases === 0 ? chalk.green(summary) : chalk.bold(summary));
  return `${parts.join("\n")}\n`;
}

const SIGNS = {
  added: chalk.green("+"),
  removed: chalk.red("-"),
  changed: chalk.yellow("~"),
  replaced: chalk.red("±"),
};

function showRelease({ release, kind, change, objects, about, labelsOnly }: ReleaseChange): string[] {
  return [
    "",
    chalk.bold(`${SIGNS[change]} ${kind === "stack" ? release : `${kind} ${release}`}`),
    ...about.map((text) => `    ${text}`),
    ...(labelsOnly > 0 ? [`    ${plural(labelsOnly, "object")}: generated labels only`] : []),
    ...objects.flatMap((object) => [
      `  ${SIGNS[object.change]} ${object.kind} ${object.name}`,
      ...object.diff.split("\n").map((line) => `    ${coloredLine(line)}`),
    ]),
  ];
}

/** A line of a difference, colored by its sign. */
export function coloredLine(line: string): string {
  if (line.startsWith("+")) return chalk.green(line);
  if (line.startsWith("-")) return chalk.red(line);
  return line.startsWith("@@") ? chalk.cyan(line) : line;
}

function table(changes: readonly ReleaseChange[], isUpdate: boolean): string {
  const head = ["RELEASE", "KIND", "CHANGE", "OBJECTS", ...(isUpdate ? ["PODS", "STORAGE"] : [])];
  const rows = new Table({ ...PLAIN_TABLE, head });
  for (const change of changes) {
    const { release, kind, storage } = change;
    const touched =
      storage.length === 0
        ? "not touched"
        : storage.map((text) => (losesData(text) ? chalk.red(text) : chalk.yellow(text))).join("; ");
    const isGone = change.change === "removed" || change.change === "replaced";
    rows.push([
      release,
      kind,
      isGone ? chalk.red(change.change) : change.change,
      objectsText(change),
      ...(isUpdate ? [podsText(change), touched] : []),
    ]);
  }
  return rows.toString();
}
