/** The rendered examples of the chart, recorded in tests/fixtures/rendered: `npm run generate` writes them, a test compares. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { CHART, EXAMPLES } from "./examples";
import { renderText } from "./render";

const fileOf = (example: string) => join(PROJECT, "tests", "fixtures", "rendered", `${example}.yaml`);

export const renderExample = (example: string): Promise<string> =>
  renderText({ chart: CHART, values: EXAMPLES[example] as object, name: "orders" });

export const golden = (example: string): string => readFileSync(fileOf(example), "utf8");

async function write(): Promise<void> {
  for (const example of Object.keys(EXAMPLES)) {
    mkdirSync(dirname(fileOf(example)), { recursive: true });
    writeFileSync(fileOf(example), `${await renderExample(example)}\n`);
  }
}

if (require.main === module) void write();
