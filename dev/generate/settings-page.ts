/** Generates docs/configuration.md: replaces the tables of keys and rules between two markers and keeps the rest. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../cli/tools/paths";
import { RULES } from "../../src/config/rules";
import { type KeyReference, reference } from "../../src/config/schema/reference";
import { between, table } from "./marked";

export function settingsPage(): string {
  const written = readFileSync(join(PROJECT, "docs", "configuration.md"), "utf8");
  return between(written, "src/config/schema", generated());
}

function generated(): string {
  const keys = reference();
  const deep = [...new Set(keys.filter(({ path }) => path.length > 1).map(({ path }) => headOf(path)))];
  return [
    "## Every key",
    "",
    ...tableOf(
      keys.filter(({ path }) => path.length === 1),
      (path) => `flotilla:${path[0]}`,
    ),
    ...deep.flatMap((head) => [
      "",
      `### flotilla:${head}`,
      "",
      ...tableOf(
        keys.filter(({ path }) => path.length > 1 && headOf(path) === head),
        (path) => path.join(".").slice(head.length + 1),
      ),
    ]),
    "",
    "## Every rule",
    "",
    ...table(
      ["rule", "requires"],
      Object.entries(RULES).map(([name, asks]) => [`\`${name}\``, asks]),
    ),
    "",
  ].join("\n");
}

/** The part of a path that is the heading of its section. */
const headOf = ([first, second]: readonly string[]): string =>
  second === "<name>" ? `${first}.<name>` : (first as string);

const tableOf = (keys: readonly KeyReference[], nameOf: (path: readonly string[]) => string): string[] =>
  table(
    ["key", "meaning", "unit", "default"],
    keys
      .map((key) => ({ ...key, name: nameOf(key.path) }))
      .filter(({ name }) => name !== "")
      .map(({ name, description, unit, usual }) => [`\`${name}\``, description, unit, usual]),
  );
