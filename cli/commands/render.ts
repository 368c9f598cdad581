import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { stringify } from "yaml";
import { plural } from "../../src/model/plural";
import { compact } from "../../src/model/records";
import type { ReleasePlan } from "../../src/plan/plan";
import { planAfresh } from "../stack/planning";
import { type RenderedRelease, renderReleases } from "../stack/rendering";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { PLAIN_TABLE } from "../terminal/table";
import { ToolError } from "../tools/failure";

interface Rendered {
  release: string;
  kind: ReleasePlan["kind"];
  chart: string;
  values: string;
  /** Undefined when the chart is not available. */
  manifests?: string;
}

export function renderCommand(): Command {
  return new Command("render")
    .description("Write each release's values and manifests to a folder")
    .addOption(stackOption())
    .requiredOption("-o, --out <folder>", "output folder; existing files are overwritten")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nNeeds no cluster and no state: the stack is rendered as for its first deployment. Manifests of remote charts need\n`flotilla charts pull` first; without it only values are written. Secret values are never written.",
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
      process.stdout.write(json ? resultJson({ stack, releases: rendered }) : show(rendered, folder));
    });
}

function write({ release, manifests }: RenderedRelease, folder: string): Rendered {
  const { name, values, kind, description } = release;
  const valuesFile = join(folder, `${name}.values.yaml`);
  const manifestsFile = join(folder, `${name}.yaml`);
  // Helm reads YAML 1.1, in which a bare `no` is false.
  writeFileSync(valuesFile, stringify(values, { lineWidth: 0, version: "1.1" }));
  // A file of an earlier run must not pass for a new one.
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
      : `\nThe charts of ${away} releases are not available. To render their manifests too: npx flotilla charts pull\n`;
  return `${table.toString()}\n\nWrote ${plural(rendered.length, "release")} to ${folder}\n${hint}`;
}
