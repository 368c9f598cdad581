import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { stringify } from "yaml";
import { plan } from "../plan";
import { type Charts, readCharts } from "../plan/chart";
import type { Plan, ReleasePlan } from "../plan/plan";
import { template } from "../tools/helm";
import { PROJECT } from "../tools/paths";
import { say } from "../tools/progress";
import { settingsOfStack } from "./settings";
import { PLAIN_TABLE } from "./table";

/** Helm processes at a time. */
const AT_ONCE = 4;

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
      "write what a stack would deploy into a folder: each release's values, and its manifests where the chart is at hand",
    )
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .requiredOption("-o, --out <folder>", "where to; files of the same names are replaced")
    .option("--json", "print what was written as a JSON array")
    .addHelpText(
      "after",
      "\nIt needs no cluster and no state: the stack is rendered as if nothing of it was deployed. A chart of a registry is at\nhand once `flotilla charts pull` has fetched it. Secrets are only named.",
    )
    .action(async ({ stack, out, json }: { stack: string; out: string; json?: boolean }) => {
      const { settings, application } = settingsOfStack(stack);
      const charts = readCharts(PROJECT);
      const planned = plan(application, settings, { charts, stack });
      for (const warning of planned.warnings) say(`${chalk.stderr.yellow("warning")} ${warning}`);
      const folder = resolve(out);
      mkdirSync(folder, { recursive: true });
      const apis = settings.monitoring?.serviceMonitor ? ["--api-versions", "monitoring.coreos.com/v1"] : [];
      const releases = Object.values(planned.releases);
      const rendered: Rendered[] = [];
      for (let start = 0; start < releases.length; start += AT_ONCE)
        rendered.push(
          ...(await Promise.all(
            releases
              .slice(start, start + AT_ONCE)
              .map((release) => renderRelease(planned, release, charts, folder, apis)),
          )),
        );
      process.stdout.write(json ? `${JSON.stringify(rendered, null, 2)}\n` : show(rendered, folder));
    });
}

async function renderRelease(
  { namespace }: Plan,
  release: ReleasePlan,
  charts: Charts,
  folder: string,
  apis: readonly string[],
): Promise<Rendered> {
  const { name, values, kind } = release;
  const valuesFile = join(folder, `${name}.values.yaml`);
  const manifestsFile = join(folder, `${name}.yaml`);
  writeFileSync(valuesFile, stringify(values, { lineWidth: 0 }));
  // What an earlier run left must not pass for this one's.
  rmSync(manifestsFile, { force: true });
  const path = chartAtHand(release, charts);
  if (path !== undefined)
    writeFileSync(
      manifestsFile,
      await template(path, { release: name, namespace: namespace.name, values }, apis),
    );
  return {
    release: name,
    kind,
    chart: release.description,
    values: valuesFile,
    ...(path === undefined ? {} : { manifests: manifestsFile }),
  };
}

/** The chart on this disk: a folder, or an archive that is the locked one. */
function chartAtHand({ chart }: ReleasePlan, charts: Charts): string | undefined {
  if ("path" in chart) return join(PROJECT, chart.path);
  const locked = Object.values(charts.remote).find(({ url }) => url === chart.url);
  if (!locked?.vendored || locked.vendored.sha256 !== locked.sha256) return undefined;
  return join(PROJECT, locked.file);
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
      : `\nThe charts of ${away} releases are not at hand; to have their manifests too: npx flotilla charts pull\n`;
  return `${table.toString()}\n\n${rendered.length} releases in ${folder}\n${hint}`;
}
