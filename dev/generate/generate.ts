/** Generates files from the shared chart, the settings and the inventories. `npm run generate` writes them; a test fails if one is stale. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../../apps";
import { PROJECT } from "../../cli/tools/paths";
import { readCatalogue } from "../../src/model/inventory/read";
import { applicationPage } from "./application-page";
import { inventoryPage } from "./fields-page";
import { licensesPage } from "./licenses";
import { requiredValues } from "./required-values";
import { settingsPage } from "./settings-page";
import { stackSchema } from "./stack-schema";
import { readmeWithTable } from "./values-table";
import { valuesType } from "./values-type";

const CHART = join(PROJECT, "charts", "microservice");

/** The generated files by their path in the project, each with a function that returns its content. */
export const GENERATED: Record<string, () => Promise<string>> = {
  "src/plan/services/microservice-values.ts": () => valuesType(CHART),
  "charts/microservice/README.md": () => readmeWithTable(CHART),
  "charts/microservice/templates/values/_missing.tpl": async () => requiredValues(CHART),
  "config/stack.schema.json": async () => stackSchema(),
  "docs/configuration.md": async () => settingsPage(),
  "docs/inventory.md": async () => inventoryPage(),
  "docs/licenses.md": async () => licensesPage(),
  ...Object.fromEntries(
    Object.values(readCatalogue(catalogue)).map((application) => [
      `docs/applications/${application.name}.md`,
      async () => applicationPage(application),
    ]),
  ),
};

async function main(): Promise<void> {
  for (const [path, make] of Object.entries(GENERATED)) writeFileSync(join(PROJECT, path), await make());
}

if (require.main === module) void main();
