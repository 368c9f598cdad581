/** The part of docs/inventory.md with the fields of Kubernetes and compose. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { FIELDS } from "./fields";
import { between, table } from "./marked";

/** Returns docs/inventory.md with the table. */
export function inventoryPage(): string {
  const written = readFileSync(join(PROJECT, "docs", "inventory.md"), "utf8");
  const sections = FIELDS.map(({ title, places }) => [
    `### ${title}`,
    "",
    ...table(
      ["field", "in Flotilla"],
      Object.entries(places).map(([field, place]) => [`\`${field}\``, place]),
    ),
  ]);
  return between(written, "dev/generate/fields.ts", sections.map((lines) => lines.join("\n")).join("\n\n"));
}
