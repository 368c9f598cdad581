/** Checks the syntax of TypeScript sources without type checking. */
import ts from "typescript";

export interface SyntaxFault {
  line: number;
  what: string;
}

/** Returns the syntax errors of a source; the extension of `file` decides how it is parsed. */
export function syntaxFaults(file: string, source: string): SyntaxFault[] {
  const { diagnostics = [] } = ts.transpileModule(source, {
    fileName: file,
    reportDiagnostics: true,
    compilerOptions: { allowJs: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS },
  });
  return diagnostics.map(({ file: at, start = 0, messageText }) => ({
    line: (at?.getLineAndCharacterOfPosition(start).line ?? 0) + 1,
    what: ts.flattenDiagnosticMessageText(messageText, " ").replace(/\.$/, ""),
  }));
}

/** Returns how many applications the literal `catalogue = { ... }` lists; undefined if it is written in another way. */
export function entriesOfCatalogue(source: string): number | undefined {
  const file = ts.createSourceFile("index.ts", source, ts.ScriptTarget.Latest);
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations)
      if (ts.isIdentifier(name) && name.text === "catalogue" && initializer) {
        if (!ts.isObjectLiteralExpression(initializer)) return undefined;
        return initializer.properties.some(ts.isSpreadAssignment) ? undefined : initializer.properties.length;
      }
  }
  return undefined;
}
