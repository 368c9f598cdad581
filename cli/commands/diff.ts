import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { totalsOf } from "../core/diff/describe";
import { diffMarkdown } from "../core/diff/diff-markdown";
import { diffPage } from "../core/diff/diff-page";
import { refusedAdvice } from "../core/diff/refused";
import type { Comparison } from "../stack/comparison/sides";
import { begun, exportState } from "../stack/engine";
import { refusedByEngine } from "../stack/engine-preview";
import { showComparison } from "../terminal/comparison";
import { jsonText } from "../terminal/json";

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
    .option("--markdown <file>", "write them as Markdown for a pull request as well")
    .addOption(
      new Option("--save <file>", "save the plan for `flotilla up --plan`").conflicts(["offline", "against"]),
    )
    .addHelpText(
      "after",
      `
The plan's releases are rendered by helm and compared with the manifests that Helm has recorded in the cluster. A release
whose chart and values are as in the stack's state is left alone by Pulumi, and so is not rendered. The engine plans the update
as well: what it would replace or delete is shown, also where the objects say nothing of it. What the cluster has lost is
shown as installed again. Values of Secrets are masked. Generated labels and the order of keys do not count.

Exit codes: 0 nothing changes, 2 there are changes, 1 failed.`,
    )
    .action(async ({ stack, offline = false, against, json, html, markdown, save }: Options) => {
      const comparison =
        against === undefined
          ? await differenceOf(stack, offline)
          : await (await import("../stack/comparison/stacks")).compareStacks(stack, against);
      const title =
        against === undefined ? `What an update of ${stack} changes` : `${stack} compared with ${against}`;
      if (html !== undefined)
        writeFileSync(html, diffPage({ title, isUpdate: against === undefined, ...comparison }));
      const { compared } = comparison;
      const { engineRefusal } = await import("../stack/update-refusals");
      const refused = compared && engineRefusal(comparison, compared.planned.settings);
      if (markdown !== undefined)
        writeFileSync(
          markdown,
          diffMarkdown({ title, isUpdate: against === undefined, ...comparison, refused }),
        );
      process.stdout.write(
        json
          ? jsonText(toJson(stack, comparison))
          : showComparison(comparison, { isUpdate: against === undefined }),
      );
      if (refused !== undefined) {
        // The difference says already that the update is refused, and where.
        if (refusedAdvice(comparison.changes).length === 0) throw refusedByEngine(stack, refused);
        process.stderr.write(`${refusedByEngine(stack, refused).message}\n`);
      }
      if (save !== undefined) await (await import("../stack/reviewed")).savePlan(stack, comparison, save);
      if (comparison.changes.length > 0 || (comparison.pending ?? []).length > 0) process.exitCode = 2;
    });
}

async function differenceOf(stack: string, offline: boolean): Promise<Comparison> {
  // pulumi reads while node loads the rest of the program.
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
