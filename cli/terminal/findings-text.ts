/** Prints why releases are not deployed or not ready. */
import chalk from "chalk";
import { plural } from "../../src/model/plural";
import type { Finding } from "../core/explain/explain";
import type { Reason } from "../core/explain/reason";

/** `running`: who is updating the stack right now, if anyone. */
export function showFindings(stack: string, findings: readonly Finding[], running?: string): string {
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
  return `${blocks.join("\n\n")}\n\n${plural(findings.length, "unhealthy release")} in ${stack}. ${running === undefined ? NEXT(stack) : `The update by ${running} is still running: check again when it has finished.\n`}`;
}

const NEXT = (stack: string): string => `After fixing the cause:
  npx flotilla up --stack ${stack}          continue the update
  npx flotilla rollback --stack ${stack}    or go back to the previous version
`;

function showReason({ object, what, said = [], todo }: Reason): string[] {
  return [
    `  ${chalk.yellow(object)}: ${what}`,
    ...said.map((line) => chalk.dim(`    | ${line}`)),
    ...todo.map((line) => `    ${chalk.cyan("→")} ${line}`),
  ];
}
