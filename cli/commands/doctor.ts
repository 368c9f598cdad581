import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { diagnose } from "../stack/doctor/checks";
import type { Diagnosis } from "../stack/doctor/diagnosis";
import { jsonText } from "../terminal/json";
import { PLAIN_TABLE } from "../terminal/table";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "check what a stack needs: this machine, the state backend, its cluster, what you may do there",
    )
    .requiredOption("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("--json", "as a JSON array")
    .addHelpText(
      "after",
      "\nIt changes nothing. It ends with 1 when something is missing without which the stack cannot be deployed.",
    )
    .action(async ({ stack, json }: { stack: string; json?: boolean }) => {
      const diagnoses = await diagnose(stack);
      process.stdout.write(json ? jsonText(diagnoses) : show(diagnoses));
      if (diagnoses.some(({ status }) => status === "failed")) process.exitCode = 1;
    });
}

const COLOURS: Record<Diagnosis["status"], (text: string) => string> = {
  ok: chalk.green,
  warning: chalk.yellow,
  failed: chalk.red,
  skipped: chalk.dim,
};

function show(diagnoses: readonly Diagnosis[]): string {
  const table = new Table({ ...PLAIN_TABLE, head: ["CHECK", "STATUS", "FOUND"] });
  table.push(...diagnoses.map(({ check, status, found }) => [check, COLOURS[status](status), found]));
  const todo = diagnoses.flatMap(({ check, todo }) => (todo === undefined ? [] : [`  ${check}: ${todo}`]));
  return `${table.toString()}\n${todo.length === 0 ? "" : `\nWhat to do:\n${todo.join("\n")}\n`}`;
}
