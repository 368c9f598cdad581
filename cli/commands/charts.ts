import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { settingsSchema } from "../../src/config/schema";
import { readCatalogue } from "../../src/model/inventory/read";
import { plan } from "../../src/plan";
import { readCharts } from "../../src/plan/chart";
import { createContext } from "../../src/plan/context";
import { EXIT } from "../core/exit-codes";
import { catalogue } from "../stack/catalogue";
import { resultJson } from "../terminal/json";
import { jsonOption } from "../terminal/options";
import { say, step } from "../terminal/progress";
import { PLAIN_TABLE } from "../terminal/table";
import { pullCharts } from "../tools/charts/pull";
import { updateCharts } from "../tools/charts/update";
import { PROJECT } from "../tools/paths";

export function chartsCommand(): Command {
  const command = new Command("charts").description(
    "Download and update the remote charts in charts/lock.yaml",
  );
  command
    .command("pull")
    .description("Download the locked charts into charts/vendor and verify them")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nA missing sha256 is recorded in charts/lock.yaml: commit it. To deploy from the archives:\npulumi config set flotilla:charts vendored",
    )
    .action(async ({ json }: { json?: boolean }) => {
      const pulled = await step("downloading the charts in charts/lock.yaml", () => pullCharts(PROJECT));
      if (json) {
        process.stdout.write(resultJson({ charts: pulled }));
        return;
      }
      const table = new Table({ ...PLAIN_TABLE, head: ["CHART", "VERSION", "SHA256", "RESULT"] });
      const words = {
        present: "already downloaded",
        verified: "downloaded, verified",
        recorded: chalk.yellow("downloaded, sha256 recorded"),
      };
      for (const { chart, version, sha256, outcome } of pulled)
        table.push([chart, version, sha256, words[outcome]]);
      process.stdout.write(`${table.toString()}\n`);
      if (pulled.some(({ outcome }) => outcome === "recorded"))
        say("charts/lock.yaml has new digests: review the file and commit it");
    });
  command
    .command("update")
    .description("Update charts/lock.yaml to the newest versions")
    .argument(
      "[charts...]",
      "names, each with an optional @<version>; default: every chart in charts/lock.yaml",
    )
    .addOption(jsonOption())
    .action(async (wanted: string[], { json }: { json?: boolean }) => {
      const updated = await step("looking up the newest versions", () =>
        updateCharts(PROJECT, wanted, allValuesOf),
      );
      if (json) {
        process.stdout.write(resultJson({ charts: updated }));
        return;
      }
      const table = new Table({ ...PLAIN_TABLE, head: ["CHART", "FROM", "TO", "APP VERSION"] });
      for (const { chart, from, to, appFrom, appTo } of updated)
        table.push([
          chart,
          from,
          from === to ? "up to date" : to,
          appFrom === appTo ? "" : `${appFrom} -> ${appTo}`,
        ]);
      process.stdout.write(`${table.toString()}\n`);
      for (const { chart, to, gone, removed } of updated) {
        if (removed.length > 0)
          process.stdout.write(`\n${chart} ${to} no longer has these values:\n  ${removed.join("\n  ")}\n`);
        if (gone.length > 0)
          process.stdout.write(
            `\n${chalk.red(`${chart} ${to} does not have these values, which Flotilla sets (src/plan/stores/${chart}):`)}\n  ${gone.join("\n  ")}\n`,
          );
      }
      if (updated.some(({ from, to }) => from !== to))
        say(
          "charts/lock.yaml has changed. To review it: git diff charts/lock.yaml. To see its effect: npx flotilla diff",
        );
      if (updated.some(({ gone }) => gone.length > 0)) process.exitCode = EXIT.reported;
    });
  return command;
}

/** Returns all values that Flotilla may set in a chart: both profiles, with monitoring, for every application. */
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
