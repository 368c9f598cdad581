/** The sources of effective values, as file:line places that editors can open. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { linesIn, pathOf } from "../../src/config/file";
import type { Application } from "../../src/model/application";
import type { Effective } from "../../src/plan/effective";
import { packageOf } from "../../src/plan/package";
import { linesOfInventory } from "../core/inventory-source";
import { PROJECT } from "../tools/paths";

/** Returns a function that names the source of a value of one application. */
export function placesOf({ name }: Application): (entry: Effective) => string {
  const file = `apps/${name}.ts`;
  const source = existsSync(join(PROJECT, file)) ? readFileSync(join(PROJECT, file), "utf8") : "";
  const lineOf = linesOfInventory(source, name);
  return ({ path, source: from, by }) => {
    const because = by === undefined ? "" : ` (${by})`;
    switch (from.kind) {
      case "inventory": {
        const line = lineOf(from.path);
        return line === undefined ? file : `${file}:${line}`;
      }
      case "preset":
        return `src/model/presets.ts (${from.language})`;
      case "chart":
        return `${from.file}:${linesIn(readFileSync(join(packageOf(PROJECT), from.file), "utf8")).get(pathOf(path))}`;
      case "default":
        return "default";
      default:
        return `${from.file}${from.line === undefined ? "" : `:${from.line}`}${because}`;
    }
  };
}
