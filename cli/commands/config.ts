import Table from "cli-table3";
import { Command } from "commander";
import { pathOf } from "../../src/config/file";
import type { StackSettings } from "../../src/config/settings";
import { yamlOf } from "../../src/config/yaml-write";
import { secretLike } from "../../src/model/secret-like";
import { type Effective, effectiveSettings } from "../../src/plan/effective";
import { placesOf } from "../stack/places";
import { settingsOfStack } from "../stack/settings";
import { jsonText } from "../terminal/json";
import { PLAIN_TABLE } from "../terminal/table";
import { ToolError } from "../tools/failure";

export function configCommand(): Command {
  return new Command("config")
    .description("show the effective settings of a stack, all layers and defaults included")
    .option("-s, --stack <name>", "the stack: dev, staging, prod ...")
    .option("-e, --explain", "name for each value the file and line that decided it")
    .option("-d, --diff <stacks...>", "compare two stacks: --diff prod staging")
    .option("--json", "as JSON; with --explain and --diff an array")
    .addHelpText(
      "after",
      `
Later wins: chart, inventory, Pulumi.yaml, the layers in the order the stack names them, the stack's own file (which
\`pulumi config set\` writes). Maps merge, scalars and lists replace, null removes. Passwords are only named.`,
    )
    .action(({ stack, explain, diff, json }: Options) => {
      if ((stack === undefined) === (diff === undefined))
        throw new ToolError("name a stack with --stack, or two with --diff");
      if (diff) return print(compare(diff), json, showDifferences);
      const read = settingsOfStack(stack as string);
      const effective = shownSettings(read);
      if (explain) return print(explained(read, effective), json, showExplained);
      const tree = nest(effective);
      process.stdout.write(json ? jsonText(tree) : yamlOf(tree));
    });
}

interface Options {
  stack?: string;
  explain?: boolean;
  diff?: string[];
  json?: boolean;
}

function print<T>(rows: readonly T[], json: boolean | undefined, show: (rows: readonly T[]) => string): void {
  process.stdout.write(json ? jsonText(rows) : show(rows));
}

/** The settings without what looks like a secret: it must not be there, and is not told again. */
const shownSettings = (read: StackSettings): Effective[] =>
  effectiveSettings(read).map((entry) => {
    const looks = secretLike(entry.path.at(-1) as string, String(entry.value));
    return looks === undefined ? entry : { ...entry, value: `(hidden: it looks like ${looks})` };
  });

interface Explained {
  key: string;
  value: unknown;
  /** Who decided it: file and line, or what else. */
  from: string;
}

function explained({ application }: StackSettings, effective: readonly Effective[]): Explained[] {
  const placeOf = placesOf(application);
  return effective.map((entry) => ({ key: pathOf(entry.path), value: entry.value, from: placeOf(entry) }));
}

const showExplained = (rows: readonly Explained[]): string => {
  const table = new Table({ ...PLAIN_TABLE, head: ["KEY", "VALUE", "FROM"] });
  table.push(...rows.map(({ key, value, from }) => [key, shown(value), from]));
  return `${table.toString()}\n`;
};

interface Difference {
  key: string;
  /** By stack; one that has no such key is left out. */
  values: Record<string, unknown>;
}

function compare(stacks: readonly string[]): Difference[] {
  if (stacks.length !== 2) throw new ToolError(`--diff compares two stacks: it was given ${stacks.length}`);
  const [first, second] = stacks.map((stack) => {
    const effective = shownSettings(settingsOfStack(stack));
    return new Map(effective.map(({ path, value }) => [pathOf(path), value]));
  }) as [Map<string, unknown>, Map<string, unknown>];
  const keys = [...new Set([...first.keys(), ...second.keys()])];
  return keys.flatMap((key) => {
    if (JSON.stringify(first.get(key)) === JSON.stringify(second.get(key))) return [];
    const values = stacks.flatMap((stack, index) => {
      const side = index === 0 ? first : second;
      return side.has(key) ? [[stack, side.get(key)]] : [];
    });
    return [{ key, values: Object.fromEntries(values) }];
  });
}

function showDifferences(rows: readonly Difference[]): string {
  if (rows.length === 0) return "They are the same.\n";
  const stacks = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const table = new Table({ ...PLAIN_TABLE, head: ["KEY", ...stacks.map((stack) => stack.toUpperCase())] });
  table.push(
    ...rows.map(({ key, values }) => [
      key,
      ...stacks.map((stack) => (stack in values ? shown(values[stack]) : "-")),
    ]),
  );
  return `${table.toString()}\n`;
}

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/** Entries as the map whose ends they are. */
function nest(effective: readonly Effective[]): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const { path, value } of effective) {
    let map = tree;
    for (const step of path.slice(0, -1)) {
      map[step] ??= {};
      map = map[step] as Record<string, unknown>;
    }
    map[path.at(-1) as string] = value;
  }
  return tree;
}
