/** Generates docs/performance.md and its picture from the saved results. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { between, table } from "../generate/marked";
import { plot } from "./plot";
import { circumstances, contestRows, goalRows, planningRows, type Rows } from "./report";
import { isOfficial, type Results, readResults } from "./results";

const PAGE = join(PROJECT, "docs", "performance.md");

const PICTURE =
  "![First deployment, preview and update without changes, by number of releases](performance.svg)\n";

/** Updates the tables of the page and the picture. */
export async function writePage(): Promise<void> {
  const kept = readResults();
  const [first] = kept;
  if (!first) return;
  writeFileSync(join(PROJECT, "docs", "performance.svg"), await plot(first));
  const written = readFileSync(PAGE, "utf8");
  writeFileSync(
    PAGE,
    between(written, "dev/bench/results", [PICTURE, ...kept.map(section)].join("\n"), "npm run bench"),
  );
}

const markdown = ({ head, rows }: Rows): string[] => table(head, rows);

function section(results: Results): string {
  return [
    `## Measured with ${isOfficial(results) ? "the official providers" : "stand-ins for the providers"}`,
    "",
    ...circumstances(results).map((line) => `- ${line}`),
    "",
    ...markdown(goalRows(results)),
    "",
    ...markdown(contestRows(results)),
    "",
    "Without a cluster:",
    "",
    ...markdown(planningRows(results)),
    "",
  ].join("\n");
}
