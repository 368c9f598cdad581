import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { stringify } from "yaml";
import { compact } from "../../src/model/records";
import type { ReleasePlan } from "../../src/plan/plan";
import { planAfresh } from "../stack/planning";
import { type RenderedRelease, renderReleases } from "../stack/rendering";
import { jsonText } from "../terminal/json";
import { say } from "../terminal/progress";
import { PLAIN_TABLE } from "../terminal/table";
import { ToolError } from "../tools/failure";

interface Rendered {
  release: string;
  kind: ReleasePlan["kind"];
  chart: string;
  values: string;
  /** None where the chart is not at hand. */
  manifests?: string;
}

export function renderCommand(): Command {
  return new Command("render")
    .description(
      "write what a stack would deploy into a folder: each release's values, and its manifests where the chart is available",
    )
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .requiredOption("-o, --out <folder>", "where to; files of the same names are replaced")
    .option("--json", "print what was written as a JSON array")
    .addHelpText(
      "after",
      "\nIt needs no cluster and no state: the stack is rendered as if nothing of it was deployed. A chart of a registry is\navailable once `flotilla charts pull` has fetched it. Secrets are only named.",
    )
    .action(async ({ stack, out, json }: { stack: string; out: string; json?: boolean }) => {
      const { settings, planned, context } = planAfresh(stack);
      for (const warning of planned.warnings) say(`${chalk.stderr.yellow("warning")} ${warning}`);
      const folder = resolve(out);
      mkdirSync(folder, { recursive: true });
      const releases = await renderReleases(planned, settings, context.charts);
      for (const { release, failure } of releases)
        if (failure !== undefined)
          throw new ToolError(`release ${release.name} cannot be rendered: ${failure}`);
      const rendered = releases.map((release) => write(release, folder));
      process.stdout.write(json ? jsonText(rendered) : show(rendered, folder));
    });
}

function write({ release, manifests }: RenderedRelease, folder: string): Rendered {
  const { name, values, kind, description } = release;
  const valuesFile = join(folder, `${name}.values.yaml`);
  const manifestsFile = join(folder, `${name}.yaml`);
  // Helm reads YAML 1.1, in which a bare `no` is no text.
  writeFileSync(valuesFile, stringify(values, { lineWidth: 0, version: "1.1" }));
  // What an earlier run left must not pass for this one's.
  rmSync(manifestsFile, { force: true });
  if (manifests !== undefined) writeFileSync(manifestsFile, manifests);
  return compact({
    release: name,
    kind,
    chart: description,
    values: valuesFile,
    manifests: manifests === undefined ? undefined : manifestsFile,
  });
}

function show(rendered: readonly Rendered[], folder: string): string {
  const table = new Table({ ...PLAIN_TABLE, head: ["RELEASE", "KIND", "CHART", "WRITTEN"] });
  for (const { release, kind, chart, manifests } of rendered)
    table.push([
      release,
      kind,
      chart,
      manifests === undefined ? chalk.yellow("values only") : "values, manifests",
    ]);
  const away = rendered.filter(({ manifests }) => manifests === undefined).length;
  const hint =
    away === 0
      ? ""
      : `\nThe charts of ${away} releases are not available; to have their manifests too: npx flotilla charts pull\n`;
  return `${table.toString()}\n\n${rendered.length} releases in ${folder}\n${hint}`;
}
