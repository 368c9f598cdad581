import Table from "cli-table3";
import { Command } from "commander";
import { announceStandIns, chooseProviders, differenceFromSdk } from "../../dev/sandbox/providers/choose";
import { resultJson } from "../terminal/json";
import { jsonOption } from "../terminal/options";
import { say } from "../terminal/progress";
import { PLAIN_TABLE } from "../terminal/table";
import { ensureTools } from "../tools/toolchain/ensure";
import { CHECK_TOOLS, CLUSTER_TOOLS, DEPLOY_TOOLS } from "../tools/toolchain/specification";

export const sandboxToolsCommand = (): Command =>
  new Command("tools")
    .description("Install missing tools and show where each one is")
    .addOption(jsonOption())
    .action(async ({ json }: { json?: boolean }) => {
      const tools = await ensureTools([...CLUSTER_TOOLS, ...DEPLOY_TOOLS, ...CHECK_TOOLS]);
      const providers = await chooseProviders(tools.pulumi?.path as string);
      announceStandIns(providers);
      for (const provider of providers) {
        const difference = differenceFromSdk(provider);
        if (difference !== undefined) say(difference);
      }
      const rows = [
        ...Object.values(tools),
        ...providers.map(({ name, version, source, executable }) => ({
          name: `pulumi-resource-${name}`,
          version,
          source,
          path: executable,
        })),
      ];
      if (json) {
        process.stdout.write(resultJson({ tools: rows }));
        return;
      }
      const table = new Table({ ...PLAIN_TABLE, head: ["TOOL", "VERSION", "FROM", "PATH"] });
      table.push(...rows.map(({ name, version, source, path }) => [name, version, source, path]));
      process.stdout.write(`${table.toString()}\n`);
    });
