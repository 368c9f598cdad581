import Table from "cli-table3";
import { Command } from "commander";
import { pathOf } from "../../src/config/file";
import type { StackSettings } from "../../src/config/settings";
import { yamlOf } from "../../src/config/yaml-write";
import { secretLike } from "../../src/model/secret-like";
import { type Effective, effectiveSettings } from "../../src/plan/effective";
import { placesOf } from "../stack/places";
import { settingsOfStack } from "../stack/settings";
import { resultJson } from "../terminal/json";
import { jsonOption, stackOption } from "../terminal/options";
import { PLAIN_TABLE } from "../terminal/table";
import { UsageError } from "../tools/failure";

export function configCommand(): Command {
  return new Command("config")
    .description("Show a stack's effective settings, with layers and defaults")
    .addOption(stackOption().conflicts("diff"))
    .option("-e, --explain", "show the file and line that set each value")
    .option("-d, --diff <stacks...>", "compare two stacks: --diff prod staging")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Later sources win: chart, inventory, Pulumi.yaml, the layers in the order that the stack lists them, the stack's own file
(which \`pulumi config set\` writes). Maps merge, scalars and lists replace, null removes. Passwords are never shown.`,
    )
    .action(({ stack, explain, diff, json }: Options) => {
      if (diff) {
        const differences = compare(diff);
        process.stdout.write(json ? resultJson({ stacks: diff, differences }) : showDifferences(differences));
        return;
      }
      const read = settingsOfStack(stack);
      const effective = shownSettings(read);
      if (explain) {
        const rows = explained(read, effective);
        process.stdout.write(json ? resultJson({ stack, explained: rows }) : showExplained(rows));
        return;
      }
      const settings = nest(effective);
      process.stdout.write(json ? resultJson({ stack, settings }) : yamlOf(settings));
    });
}

interface Options {
  stack: string;
  explain?: boolean;
  diff?: string[];
  json?: boolean;
}

/** Returns the settings, with values that look like secrets hidden. */
const shownSettings = (read: StackSettings): Effective[] =>
  effectiveSettings(read).map((entry) => {
    const looks = secretLike(entry.path.at(-1) as string, String(entry.value));
    return looks === undefined ? entry : { ...entry, value: `(hidden: it looks like ${looks})` };
  });

interface Explained {
  key: string;
  value: unknown;
  /** What set it: file and line, or another source. */
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
  /** By stack; a stack without the key is left out. */
  values: Record<string, unknown>;
}

function compare(stacks: readonly string[]): Difference[] {
  if (stacks.length !== 2) throw new UsageError(`--diff compares two stacks, but got ${stacks.length}`);
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
  if (rows.length === 0) return "The settings are the same.\n";
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

/** Returns the entries as a nested map. */
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
