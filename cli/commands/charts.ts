import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { settingsSchema } from "../../src/config/schema";
import { readCatalogue } from "../../src/model/inventory/read";
import { plan } from "../../src/plan";
import { readCharts } from "../../src/plan/chart";
import { createContext } from "../../src/plan/context";
import { catalogue } from "../stack/catalogue";
import { jsonText } from "../terminal/json";
import { say, step } from "../terminal/progress";
import { PLAIN_TABLE } from "../terminal/table";
import { pullCharts } from "../tools/charts/pull";
import { updateCharts } from "../tools/charts/update";
import { PROJECT } from "../tools/paths";

export function chartsCommand(): Command {
  const command = new Command("charts").description("fetch and update the remote charts of charts/lock.yaml");
  command
    .command("pull")
    .description("fetch what the lock names into charts/vendor, checked against its sha256")
    .option("--json", "as a JSON array")
    .addHelpText(
      "after",
      "\nWhere the lock has no sha256 yet it is recorded: commit charts/lock.yaml then. Use the archives with\n`pulumi config set flotilla:charts vendored`.",
    )
    .action(async ({ json }: { json?: boolean }) => {
      const pulled = await step("fetching the charts that charts/lock.yaml names", () => pullCharts(PROJECT));
      if (json) {
        process.stdout.write(jsonText(pulled));
        return;
      }
      const table = new Table({ ...PLAIN_TABLE, head: ["CHART", "VERSION", "SHA256", "DONE"] });
      const words = {
        present: "was there",
        verified: "fetched, checked",
        recorded: chalk.yellow("fetched, sha256 recorded"),
      };
      for (const { chart, version, sha256, outcome } of pulled)
        table.push([chart, version, sha256, words[outcome]]);
      process.stdout.write(`${table.toString()}\n`);
      if (pulled.some(({ outcome }) => outcome === "recorded"))
        say("charts/lock.yaml has new digests: look at them and commit it");
    });
  command
    .command("update")
    .description("move the lock to the newest versions, and show what changes")
    .argument(
      "[charts...]",
      "names, with @<version> for another version than the newest; none: all of the lock",
    )
    .option("--json", "as a JSON array")
    .action(async (wanted: string[], { json }: { json?: boolean }) => {
      const updated = await step("asking the registries", () => updateCharts(PROJECT, wanted, allValuesOf));
      if (json) {
        process.stdout.write(jsonText(updated));
        return;
      }
      const table = new Table({ ...PLAIN_TABLE, head: ["CHART", "FROM", "TO", "PROGRAM"] });
      for (const { chart, from, to, appFrom, appTo } of updated)
        table.push([
          chart,
          from,
          from === to ? "is the newest" : to,
          appFrom === appTo ? "" : `${appFrom} -> ${appTo}`,
        ]);
      process.stdout.write(`${table.toString()}\n`);
      for (const { chart, to, gone, removed } of updated) {
        if (removed.length > 0)
          process.stdout.write(
            `\n${chart} ${to} no longer has these values of its own:\n  ${removed.join("\n  ")}\n`,
          );
        if (gone.length > 0)
          process.stdout.write(
            `\n${chalk.red(`${chart} ${to} does not know these values, which Flotilla sets (src/plan/stores/${chart}):`)}\n  ${gone.join("\n  ")}\n`,
          );
      }
      if (updated.some(({ from, to }) => from !== to))
        say(
          "charts/lock.yaml has changed: git diff shows it, pulumi preview what it does, git checkout takes it back",
        );
      if (updated.some(({ gone }) => gone.length > 0)) process.exitCode = 1;
    });
  return command;
}

/** Everything that Flotilla may set in a chart: both profiles, with monitoring, of all applications. */
function allValuesOf(chart: string): object[] {
  const charts = readCharts(PROJECT);
  return Object.values(readCatalogue(catalogue())).flatMap((application) =>
    (["standalone", "replicated"] as const).flatMap((profile) => {
      const settings = settingsSchema.parse({
        application: application.name,
        environment: "staging",
        storageClass: "any",
        profile,
        monitoring: { serviceMonitor: {} },
        storeImages: { pullSecrets: ["any"] },
      });
      const { releases } = plan(createContext(application, settings, { charts }));
      return Object.entries(application.stores)
        .filter(([, { kind }]) => kind === chart)
        .map(([name]) => releases[name]?.values as object);
    }),
  );
}
