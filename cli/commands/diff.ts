import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { totalsOf } from "../core/diff/describe";
import { diffPage } from "../core/diff/diff-page";
import { refusedAdvice } from "../core/diff/refused";
import { EXIT } from "../core/exit-codes";
import type { Comparison } from "../stack/comparison/sides";
import { begun, exportState } from "../stack/engine";
import { failsForLost, refusedByEngine } from "../stack/engine-preview";
import { showComparison } from "../terminal/comparison";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";

interface Options {
  stack: string;
  offline?: boolean;
  against?: string;
  json?: boolean;
  html?: string;
}

export function diffCommand(): Command {
  return new Command("diff")
    .description("Show what the next update would change, object by object")
    .addOption(stackOption())
    .option("--offline", "compare with the last deployment in the state, without the cluster")
    .addOption(
      new Option("--against <stack>", "compare the plans of two stacks instead").conflicts("offline"),
    )
    .addOption(jsonOption())
    .option("--html <file>", "also write the changes as an HTML page")
    .addHelpText(
      "after",
      `
Planned releases are rendered with helm and compared with the manifests that Helm has recorded in the cluster. A release
whose chart and values have not changed is not rendered, because Pulumi does not upgrade it. The engine previews the update
as well, so replacements and deletions are shown too. What the cluster has lost is shown as installed again. Secret values
are masked. Generated labels and the order of keys are ignored.

Exits with 2 when there are changes.`,
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
          ? resultJson(toJson(stack, comparison))
          : showComparison(comparison, { isUpdate: against === undefined }),
      );
      const { refused, lost = [] } = comparison;
      if (refused !== undefined && !failsForLost(refused, lost)) {
        // The difference already says that the update is refused, and where.
        if (refusedAdvice(comparison.changes).length === 0) throw refusedByEngine(stack, refused);
        process.stderr.write(`${refusedByEngine(stack, refused).message}\n`);
      }
      if (comparison.changes.length > 0 || (comparison.pending ?? []).length > 0)
        process.exitCode = EXIT.reported;
    });
}

async function differenceOf(stack: string, offline: boolean): Promise<Comparison> {
  // pulumi reads the state while node loads the rest of the program.
  const reading = begun(exportState(stack, { secrets: true }));
  const { compareWithDeployed } = await import("../stack/comparison/sides");
  return compareWithDeployed(stack, { offline, reading });
}

const toJson = (stack: string, { changes, notes, blocked = [] }: Comparison) => ({
  stack,
  ...totalsOf(changes),
  notes,
  blocked,
  changes,
});
