/** Inserts a service into an inventory's source and leaves the rest unchanged. */
import ts from "typescript";
import { descend, inventoryOf } from "../inventory-source";
import { type Described, keyOf } from "./description";

export interface Inserted {
  source: string;
  /** Line of the new service, starting at 1. */
  line: number;
  /** Edits whose place was not found, as instructions to make them by hand. */
  byHand: string[];
}

/** A replacement text and its range in the original source. */
interface Edit {
  at: number;
  until: number;
  text: string;
}

/**
 * Returns the source with the service added; its helpers are imported from the module `vocabulary`. Undefined if the application
 * has no literal `services: { ... }`.
 */
export function insertService(
  source: string,
  application: string,
  described: Described,
  vocabulary: string,
): Inserted | undefined {
  const file = ts.createSourceFile("inventory.ts", source, ts.ScriptTarget.Latest, true);
  const inventory = inventoryOf(file, application);
  const services = inventory && descend(inventory, ["services"]);
  if (!inventory || !services) return undefined;
  const edits: Edit[] = addTo(file, services, described.lines);
  const byHand: string[] = [];
  for (const [store, account] of Object.entries(described.accounts)) {
    const line = `${keyOf(account)}: { username: "${account}", database: "${account}", credential: { generated: true } },`;
    const accounts = descend(inventory, ["stores", store, "accounts"]);
    if (accounts) edits.push(...addTo(file, accounts, [line]));
    else byHand.push(`add this account to store ${store}: ${line.replace(/,$/, "")}`);
  }
  edits.push(...addImport(file, described.helpers, vocabulary));
  const edited = [...edits]
    .sort((a, b) => b.at - a.at)
    .reduce((text, { at, until, text: added }) => text.slice(0, at) + added + text.slice(until), source);
  const line = edited.slice(0, edited.indexOf(described.lines[0] as string)).split("\n").length;
  return { source: edited, line, byHand };
}

/** Adds lines at the end of an object, indented like its other properties. */
function addTo(file: ts.SourceFile, object: ts.ObjectLiteralExpression, lines: readonly string[]): Edit[] {
  const end = object.getEnd() - 1;
  const { line } = file.getLineAndCharacterOfPosition(object.getStart());
  const indent = (/^ */.exec(file.text.split("\n")[line] as string) as RegExpExecArray)[0];
  const text = lines.map((added) => `${indent}  ${added}\n`).join("");
  const last = object.properties.at(-1);
  const comma =
    last && !object.properties.hasTrailingComma
      ? [{ at: last.getEnd(), until: last.getEnd(), text: "," }]
      : [];
  const lineStart = file.text.lastIndexOf("\n", end - 1) + 1;
  if (file.text.slice(lineStart, end).trim() === "")
    return [...comma, { at: lineStart, until: lineStart, text }];
  // The object is on one line: move its contents to a separate line.
  const start = object.getStart() + 1;
  const before = file.text.slice(start, end).trim();
  const kept = before === "" ? "" : `${indent}  ${before}${comma.length > 0 ? "," : ""}\n`;
  return [{ at: start, until: end, text: `\n${kept}${text}${indent}` }];
}

const LINE_WIDTH = 110;

/** Imports the helpers that are not imported yet. */
function addImport(file: ts.SourceFile, helpers: readonly string[], vocabulary: string): Edit[] {
  const imports = file.statements.filter(ts.isImportDeclaration);
  const named = imports
    .filter(({ moduleSpecifier: from }) => ts.isStringLiteral(from) && from.text === vocabulary)
    .flatMap((declaration) => {
      const bindings = declaration.importClause?.namedBindings;
      return bindings && ts.isNamedImports(bindings) ? [{ declaration, bindings }] : [];
    })[0];
  const imported = named?.bindings.elements.map((element) => element.getText(file)) ?? [];
  const all = [...new Set([...imported, ...helpers])].sort((a, b) => compare(bare(a), bare(b)));
  if (all.length === imported.length) return [];
  const onOneLine = `import { ${all.join(", ")} } from "${vocabulary}";`;
  const text =
    onOneLine.length <= LINE_WIDTH
      ? onOneLine
      : `import {\n${all.map((name) => `  ${name},\n`).join("")}} from "${vocabulary}";`;
  if (named) return [{ at: named.declaration.getStart(file), until: named.declaration.getEnd(), text }];
  const end = imports.at(-1)?.getEnd() ?? 0;
  return [{ at: end, until: end, text: `\n${text}` }];
}

const bare = (name: string): string => name.replace(/^type /, "").toLowerCase();
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
