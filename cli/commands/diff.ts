import { Command, Option } from "commander";
import { totalsOf } from "../core/diff/describe";
import { diffMarkdown } from "../core/diff/diff-markdown";
import { diffPage } from "../core/diff/diff-page";
import { refusedAdvice } from "../core/diff/refused";
import { EXIT } from "../core/exit-codes";
import type { Comparison } from "../stack/comparison/sides";
import { begun, exportState } from "../stack/engine";
import { refusedByEngine } from "../stack/engine-preview";
import { showComparison } from "../terminal/comparison";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";
import { requireWritable, writeText } from "../tools/files";

interface Options {
  stack: string;
  offline?: boolean;
  against?: string;
  json?: boolean;
  html?: string;
  markdown?: string;
  save?: string;
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
    .option("--markdown <file>", "also write the changes as a comment for a pull request")
    .addOption(
      new Option("--save <file>", "save the plan for `flotilla up --plan`").conflicts(["offline", "against"]),
    )
    .addHelpText(
      "after",
      `
Planned releases are rendered with helm and compared with the manifests that Helm has recorded in the cluster. A release
whose chart and values have not changed is not rendered, because Pulumi does not upgrade it. Pulumi previews the update
as well, so replacements and deletions are shown too. Objects that the cluster has lost are shown as recreated. Secret values
are masked. Generated labels and the order of keys are ignored.

Exits with 2 when there are changes.`,
    )
    .action(async ({ stack, offline = false, against, json, html, markdown, save }: Options) => {
      const files = [html, markdown, save].filter((file) => file !== undefined);
      for (const file of files) requireWritable(file);
      const comparison =
        against === undefined
          ? await differenceOf(stack, offline)
          : await (await import("../stack/comparison/stacks")).compareStacks(stack, against);
      const title =
        against === undefined ? `What an update of ${stack} changes` : `${stack} compared with ${against}`;
      if (html !== undefined)
        writeText(html, diffPage({ title, isUpdate: against === undefined, ...comparison }));
      const { compared } = comparison;
      const refused =
        compared &&
        (await import("../stack/update-refusals")).engineRefusal(comparison, compared.planned.settings);
      if (markdown !== undefined)
        writeText(markdown, diffMarkdown({ title, isUpdate: against === undefined, ...comparison, refused }));
      process.stdout.write(
        json
          ? resultJson(toJson(stack, comparison))
          : showComparison(comparison, { isUpdate: against === undefined }),
      );
      if (refused !== undefined) {
        // The difference already says that the update is refused, and where.
        if (refusedAdvice(comparison.changes).length === 0) throw refusedByEngine(stack, refused);
        process.stderr.write(`${refusedByEngine(stack, refused).message}\n`);
      }
      if (save !== undefined) await (await import("../stack/reviewed")).savePlan(stack, comparison, save);
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
