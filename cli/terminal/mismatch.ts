/** How a reviewed plan and an update differ, for people. */
import chalk from "chalk";
import type { Mismatch, Part } from "../core/reviewed-plan";
import { coloredLine } from "./comparison";

export function showMismatch({ causes, gone, unreviewed }: Mismatch): string {
  const parts = [
    "",
    chalk.bold("Changed since the plan was saved:"),
    ...(causes.length === 0 ? ["  only what the update would change"] : causes.map((cause) => `  ${cause}`)),
    ...section("Reviewed, but the update no longer does it:", gone),
    ...section("Not reviewed, but the update does it now:", unreviewed),
    "",
  ];
  return `${parts.join("\n")}\n`;
}

function section(title: string, parts: readonly Part[]): string[] {
  if (parts.length === 0) return [];
  const lines = parts.flatMap(({ release, what, diff }, index) => [
    ...(parts[index - 1]?.release === release ? [] : [`  ${chalk.bold(release)}`]),
    `    ${what}`,
    ...(diff === undefined ? [] : diff.split("\n").map((line) => `      ${coloredLine(line)}`)),
  ]);
  return ["", chalk.bold(title), ...lines];
}
