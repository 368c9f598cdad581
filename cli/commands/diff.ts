import { writeFileSync } from "node:fs";
import chalk from "chalk";
import Table from "cli-table3";
import { Command, Option } from "commander";
import type { ReleaseChange } from "../core/diff/compare";
import { comparedText, objectsText, podsText, summaryText, totalsOf } from "../core/diff/describe";
import { diffPage } from "../core/diff/diff-page";
import type { Comparison } from "../stack/comparison/sides";
import { begun, exportState } from "../stack/engine";
import { failsForLost } from "../stack/engine-preview";
import { jsonText } from "../terminal/json";
import { PLAIN_TABLE } from "../terminal/table";
import { ToolError } from "../tools/failure";

interface Options {
  stack: string;
  offline?: boolean;
  against?: string;
  json?: boolean;
  html?: string;
}

export function diffCommand(): Command {
  return new Command("diff")
    .description("show what the next `pulumi up` would change in the cluster, object by object")
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("--offline", "compare with what was deployed last, without the cluster")
    .addOption(
      new Option(
        "--against <stack>",
        "compare with another stack instead, as both are planned: what differs in this one",
      ).conflicts("offline"),
    )
    .option("--json", "print the changes as a JSON object")
    .option("--html <file>", "write them as a page as well")
    .addHelpText(
      "after",
      `
The plan's releases are rendered by helm and compared with the manifests that Helm has recorded in the cluster. A release
whose chart and values are as in the stack's state is left alone by Pulumi, and so is not rendered. The engine plans the update
as well: what it would replace or delete is shown, also where the objects say nothing of it. What the cluster has lost is
shown as installed again. Values of Secrets are masked. Generated labels and the order of keys do not count.

Exit codes: 0 nothing changes, 2 there are changes, 1 failed.`,
    )
    .action(async ({ stack, offline = false, against, json, html }: Options) => {
      const comparison =
        against === undefined
          ? await differenceOf(stack, offline)
          : await (await import("../stack/comparison/stacks")).compareStacks(stack, against);
      const title =
        against === undefined ? `What an update of ${stack} changes` : `${stack} compared with ${against}`;
      if (html !== undefined)
        writeFileSync(html, diffPage({ title, isUpdate: against === undefined, ...comparison }));
      process.stdout.write(
        json
          ? jsonText(toJson(stack, comparison))
          : showComparison(comparison, { isUpdate: against === undefined }),
      );
      const { refused, lost = [] } = comparison;
      if (refused !== undefined && !failsForLost(refused, lost)) throw refusedByEngine(stack, refused);
      if (comparison.changes.length > 0 || (comparison.pending ?? []).length > 0) process.exitCode = 2;
    });
}

/** What the engine would not do. */
export const refusedByEngine = (stack: string, words: string): ToolError =>
  new ToolError(`the preview of ${stack} fails:\n${words}`);

async function differenceOf(stack: string, offline: boolean): Promise<Comparison> {
  // pulumi reads while node loads the rest of the program.
  const reading = begun(exportState(stack, { secrets: true }));
  const { compareWithDeployed } = await import("../stack/comparison/sides");
  return compareWithDeployed(stack, { offline, reading });
}

const toJson = (stack: string, { changes, notes }: Comparison) => ({
  stack,
  ...totalsOf(changes),
  notes,
  changes,
});

/** Every object's difference, and last a table of the releases: what is read first is nearest to the prompt. */
export const showChanges = (changes: readonly ReleaseChange[], isUpdate = true): string =>
  changes.length === 0 ? "" : [...changes.flatMap(showRelease), "", table(changes, isUpdate), ""].join("\n");

/** `isUpdate`: whether one becomes the other; of two stacks no pod restarts. */
export function showComparison({ changes, notes }: Comparison, { isUpdate = true } = {}): string {
  const parts = changes.length === 0 ? [] : [showChanges(changes, isUpdate).trimEnd()];
  const refused = isUpdate ? changes.flatMap(({ immutable }) => immutable) : [];
  if (refused.length > 0)
    parts.push(
      "",
      chalk.red.bold("The API server will refuse this: these fields cannot be changed"),
      ...refused.map((text) => chalk.red(`  ${text}`)),
      "  Give the object another name, or delete it first; docs/stores.md, «Growing a volume», has the steps for volumes.",
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
    ...(labelsOnly > 0 ? [`    ${labelsOnly} objects: generated labels only`] : []),
    ...objects.flatMap((object) => [
      `  ${SIGNS[object.change]} ${object.kind} ${object.name}`,
      ...object.diff.split("\n").map((line) => `    ${colour(line)}`),
    ]),
  ];
}

function colour(line: string): string {
  if (line.startsWith("+")) return chalk.green(line);
  if (line.startsWith("-")) return chalk.red(line);
  return line.startsWith("@@") ? chalk.cyan(line) : line;
}

function table(changes: readonly ReleaseChange[], isUpdate: boolean): string {
  const head = ["RELEASE", "KIND", "CHANGE", "OBJECTS", ...(isUpdate ? ["PODS", "STORAGE"] : [])];
  const rows = new Table({ ...PLAIN_TABLE, head });
  for (const change of changes) {
    const { release, kind, storage } = change;
    const isLost = /^(DELETED|REPLACED|EMPTY)/;
    const touched =
      storage.length === 0
        ? "not touched"
        : storage.map((text) => (isLost.test(text) ? chalk.red(text) : chalk.yellow(text))).join("; ");
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
