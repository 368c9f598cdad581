/** Prints why releases are not deployed or not ready. */
import chalk from "chalk";
import { plural } from "../../src/model/plural";
import type { Finding } from "../core/explain/explain";
import type { Reason } from "../core/explain/reason";

export interface Surroundings {
  /** The running update: its user or process. Undefined if none is known. */
  running?: { by: string };
  /** Whether there is an earlier version to roll back to. */
  hasEarlier: boolean;
}

export function showFindings(
  stack: string,
  findings: readonly Finding[],
  { running, hasEarlier }: Surroundings,
): string {
  if (findings.length === 0 && running !== undefined)
    return `The update by ${running.by} is running, and nothing that it has begun reports a problem.\n`;
  if (findings.length === 0)
    return `${chalk.green("Nothing is wrong:")} every release of ${stack} is deployed and ready.\n`;
  const blocks = findings.map(({ release, kind, what, reasons }) =>
    [
      `${chalk.bold(`${kind} ${release}`)}: ${what}`,
      ...(reasons.length > 0
        ? reasons.flatMap(showReason)
        : ["  The reason is unknown: its pods are gone, and no events about them are left."]),
    ].join("\n"),
  );
  return `${blocks.join("\n\n")}\n\n${plural(findings.length, "unhealthy release")} in ${stack}. ${running === undefined ? next(stack, hasEarlier) : `The update by ${running.by} is still running: check again when it has finished.\n`}`;
}

function next(stack: string, hasEarlier: boolean): string {
  const lines = [
    `  npx flotilla up --stack ${stack}          continue the update`,
    // After a failed first update there is nothing to go back to.
    ...(hasEarlier ? [`  npx flotilla rollback --stack ${stack}    or go back to the previous version`] : []),
  ];
  return `After fixing the cause:\n${lines.join("\n")}\n`;
}

function showReason({ object, what, said = [], todo }: Reason): string[] {
  return [
    `  ${chalk.yellow(object)}: ${what}`,
    ...said.map((line) => chalk.dim(`    | ${line}`)),
    ...todo.map((line) => `    ${chalk.cyan("→")} ${line}`),
  ];
}
