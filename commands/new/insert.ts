/** Edits of an inventory's source that leave everything else as it is. */
import ts from "typescript";
import { type Described, keyOf } from "./description";

export interface Inserted {
  source: string;
  /** Line of the new service, from 1. */
  line: number;
  /** What could not be found to be edited, as things to do by hand. */
  byHand: string[];
}

/** Text to put in, at a place of the source as it was. */
interface Edit {
  at: number;
  until: number;
  text: string;
}

/** The source with a service more. Undefined when it has no `services: { ... }` to add to. */
export function insertService(source: string, described: Described): Inserted | undefined {
  const file = ts.createSourceFile("inventory.ts", source, ts.ScriptTarget.Latest, true);
  const services = objectAt(file, ["services"]);
  if (!services) return undefined;
  const edits: Edit[] = [addTo(file, services, described.lines)];
  const byHand: string[] = [];
  for (const [store, account] of Object.entries(described.accounts)) {
    const line = `${keyOf(account)}: { username: "${account}", database: "${account}", credential: { generated: true } },`;
    const accounts = objectAt(file, ["stores", store, "accounts"]);
    if (accounts) edits.push(addTo(file, accounts, [line]));
    else byHand.push(`give store ${store} the account ${line.replace(/,$/, "")}`);
  }
  const imported = addImport(file, described.helpers);
  if (imported) edits.push(imported);
  const edited = [...edits]
    .sort((a, b) => b.at - a.at)
    .reduce((text, { at, until, text: added }) => text.slice(0, at) + added + text.slice(until), source);
  const line = edited.slice(0, edited.indexOf(described.lines[0] as string)).split("\n").length;
  return { source: edited, line, byHand };
}

/** The object literal at a path of properties, below any other object of the file. */
function objectAt(root: ts.Node, path: readonly string[]): ts.ObjectLiteralExpression | undefined {
  let found: ts.ObjectLiteralExpression | undefined;
  const visit = (node: ts.Node): void => {
    if (found) return;
    if (ts.isObjectLiteralExpression(node)) {
      const inner = descend(node, path);
      if (inner) {
        found = inner;
        return;
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

function descend(
  object: ts.ObjectLiteralExpression,
  [first, ...rest]: readonly string[],
): ts.ObjectLiteralExpression | undefined {
  if (first === undefined) return object;
  for (const property of object.properties) {
    if (!ts.isPropertyAssignment(property) || !ts.isObjectLiteralExpression(property.initializer)) continue;
    const name = property.name;
    if ((ts.isIdentifier(name) || ts.isStringLiteral(name)) && name.text === first)
      return descend(property.initializer, rest);
  }
  return undefined;
}

/** Lines at the end of an object, indented as its last property is. */
function addTo(file: ts.SourceFile, object: ts.ObjectLiteralExpression, lines: readonly string[]): Edit {
  const end = object.getEnd() - 1;
  const { line } = file.getLineAndCharacterOfPosition(object.getStart());
  const indent = (/^ */.exec(file.text.split("\n")[line] as string) as RegExpExecArray)[0];
  const text = lines.map((added) => `${indent}  ${added}\n`).join("");
  // On its own line the brace keeps its indentation; after `{` on one line it gets one.
  const lineStart = file.text.lastIndexOf("\n", end - 1) + 1;
  const isAlone = file.text.slice(lineStart, end).trim() === "";
  return isAlone
    ? { at: lineStart, until: lineStart, text }
    : { at: object.getStart() + 1, until: end, text: `\n${inline(file, object, indent)}${text}${indent}` };
}

/** The properties of an object that stood on one line, on lines of their own. */
const inline = (file: ts.SourceFile, object: ts.ObjectLiteralExpression, indent: string): string =>
  object.properties.map((property) => `${indent}  ${property.getText(file)},\n`).join("");

const LINE_WIDTH = 110;

/** The helpers of model/text that are not imported yet. */
function addImport(file: ts.SourceFile, helpers: readonly string[]): Edit | undefined {
  const imports = file.statements.filter(ts.isImportDeclaration);
  const known = imports.find(
    ({ moduleSpecifier }) => ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text === "../model/text",
  );
  const named = known?.importClause?.namedBindings;
  const there =
    named && ts.isNamedImports(named) ? named.elements.map((element) => element.getText(file)) : [];
  const all = [...new Set([...there, ...helpers])].sort((a, b) => compare(bare(a), bare(b)));
  if (all.length === there.length) return undefined;
  const onOneLine = `import { ${all.join(", ")} } from "../model/text";`;
  const text =
    onOneLine.length <= LINE_WIDTH
      ? onOneLine
      : `import {\n${all.map((name) => `  ${name},\n`).join("")}} from "../model/text";`;
  if (known) return { at: known.getStart(file), until: known.getEnd(), text };
  const end = imports.at(-1)?.getEnd() ?? 0;
  return { at: end, until: end, text: `\n${text}` };
}

const bare = (name: string): string => name.replace(/^type /, "").toLowerCase();
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
