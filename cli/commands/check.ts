import chalk from "chalk";
import Table from "cli-table3";
import { Command } from "commander";
import { RULES } from "../../src/config/rules";
import { plural } from "../../src/model/plural";
import { count, type Row, type Severity, type Stage } from "../core/check-report";
import { EXIT } from "../core/exit-codes";
import { type Checked, checkStack } from "../stack/check-stages";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";
import { PLAIN_TABLE } from "../terminal/table";

export function checkCommand(): Command {
  const rules = Object.entries(RULES).map(([name, asks]) => `  ${name.padEnd(14)}${asks}`);
  return new Command("check")
    .description("Check a stack's settings, plan and rendered objects without a cluster")
    .addOption(stackOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Exits with 2 when there are errors; preview and up refuse the same errors. If kubeconform and kube-score are installed, they
run as well, and their findings are warnings. Rules:
${rules.join("\n")}

To except a service or store from a rule, give a reason: flotilla:services.<name>.exceptions.<rule>: <reason>
For single variables and files: flotilla:services.<name>.exceptions.plain-secret.<variable>: <reason>
For a warning of a checker: flotilla:services.<name>.exceptions.kube-score/<check>: <reason>`,
    )
    .action(async ({ stack, json }: { stack: string; json?: boolean }) => {
      const checked = await checkStack(stack);
      process.stdout.write(json ? resultJson(toJson(stack, checked)) : show(checked));
      if (count(checked.stages, "error") > 0) process.exitCode = EXIT.reported;
    });
}

function toJson(stack: string, { stages, away }: Checked) {
  return {
    stack,
    errors: count(stages, "error"),
    warnings: count(stages, "warning"),
    stages: stages.map(({ stage, lookedAt, skipped = false }) => ({ stage, checked: lookedAt, skipped })),
    notRendered: away,
    findings: stages.flatMap(({ rows }) => rows),
  };
}

const COLOURS: Record<Severity, (text: string) => string> = {
  error: chalk.red,
  warning: chalk.yellow,
  excepted: chalk.dim,
};

function show({ stages, away }: Checked): string {
  const table = new Table({ ...PLAIN_TABLE, head: ["CHECK", "CHECKED", "ERRORS", "WARNINGS", "EXCEPTED"] });
  for (const stage of stages) table.push(lineOf(stage));
  const rows = stages.flatMap(({ rows }) => rows);
  const findings = (["error", "warning", "excepted"] as const).flatMap((severity) =>
    rows.filter((row) => row.severity === severity).map(describe),
  );
  const [errors, warnings] = [count(stages, "error"), count(stages, "warning")];
  const summary = `${plural(errors, "error")}, ${plural(warnings, "warning")}`;
  return [
    table.toString(),
    ...(findings.length > 0 ? ["", ...findings] : []),
    ...(away.length > 0
      ? [
          "",
          `Only the planned values of ${away.join(", ")} were checked, because their charts are not available. To check their objects too: npx flotilla charts pull`,
        ]
      : []),
    "",
    errors > 0 ? chalk.red(summary) : warnings > 0 ? chalk.yellow(summary) : chalk.green(summary),
    "",
  ].join("\n");
}

function lineOf({ stage, lookedAt, rows, annotated = 0, skipped }: Stage): string[] {
  const of = (severity: Severity) => rows.filter((row) => row.severity === severity).length;
  return [
    stage,
    lookedAt,
    ...(skipped
      ? ["", "", ""]
      : [String(of("error")), String(of("warning")), String(of("excepted") + annotated)]),
  ];
}

/** A problem whose message ends with its rule. */
const NAMED_ALREADY = /\(rule [\w-]+\)$/;

function describe({ severity, check, where, what, todo }: Row): string {
  const head = `${COLOURS[severity](severity)} ${where}: ${what}${NAMED_ALREADY.test(what) || check === "settings" || check === "plan" ? "" : ` (${check})`}`;
  return todo === "" ? head : `${head}\n    ${severity === "excepted" ? "because " : ""}${todo}`;
}
