import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { EXIT } from "../core/exit-codes";
import { diagnose } from "../stack/doctor/checks";
import type { Diagnosis } from "../stack/doctor/diagnosis";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";
import { PLAIN_TABLE } from "../terminal/table";

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Check this machine, the backend, the cluster and your permissions")
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText("after", "\nChanges nothing. Exits with 2 when something that the stack needs is missing.")
    .action(async ({ stack, json }: { stack: string; json?: boolean }) => {
      const diagnoses = await diagnose(stack);
      process.stdout.write(json ? resultJson({ stack, checks: diagnoses }) : show(diagnoses));
      if (diagnoses.some(({ status }) => status === "failed")) process.exitCode = EXIT.reported;
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
