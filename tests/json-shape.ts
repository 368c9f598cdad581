/** The fields of commands' JSON, as docs/json.md has them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../cli/tools/paths";

/** Asserts that the JSON of a command has version 1 first, and only documented fields. Returns it. */
export function documentedJson<T>(command: string, text: string): T {
  const result = JSON.parse(text) as Record<string, unknown>;
  const [first, ...fields] = Object.keys(result);
  assert.equal(first, "version", text);
  assert.equal(result.version, 1);
  const row = readFileSync(join(PROJECT, "docs/json.md"), "utf8")
    .split("\n")
    .find((line) => line.startsWith(`| \`${command}\` |`));
  assert.ok(row, `docs/json.md says nothing about ${command}`);
  const fieldsColumn = row.split("|")[2] ?? "";
  const documented = [...fieldsColumn.matchAll(/`(\w+)`/g)].map(([, field]) => field);
  for (const field of fields)
    assert.ok(documented.includes(field), `${command}: ${field} is not in docs/json.md`);
  assert.ok(fields.length > 0);
  return result as T;
}
