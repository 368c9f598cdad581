/** Finds objects and lines in the source of an inventory. */
import ts from "typescript";

/** Returns a function for the line of a path in an application's source, or of the deepest part of the path that exists. */
export function linesOfInventory(
  source: string,
  application: string,
): (path: readonly string[]) => number | undefined {
  const file = ts.createSourceFile("inventory.ts", source, ts.ScriptTarget.Latest, true);
  const inventory = inventoryOf(file, application);
  return (path) => {
    let object: ts.Expression | undefined = inventory;
    let line: number | undefined;
    for (const step of path) {
      if (!object || !ts.isObjectLiteralExpression(object)) break;
      const found: ts.Expression | undefined = propertyOf(object, step);
      if (!found) break;
      line = file.getLineAndCharacterOfPosition(found.parent.getStart(file)).line + 1;
      object = found;
    }
    return line;
  };
}

/** Returns the object literal of the application with this name. */
export function inventoryOf(root: ts.Node, application: string): ts.ObjectLiteralExpression | undefined {
  if (ts.isObjectLiteralExpression(root)) {
    const name = propertyOf(root, "name");
    if (name && ts.isStringLiteral(name) && name.text === application) return root;
  }
  return ts.forEachChild(root, (child) => inventoryOf(child, application));
}

export function descend(
  object: ts.ObjectLiteralExpression,
  [first, ...rest]: readonly string[],
): ts.ObjectLiteralExpression | undefined {
  if (first === undefined) return object;
  const inner = propertyOf(object, first);
  return inner && ts.isObjectLiteralExpression(inner) ? descend(inner, rest) : undefined;
}

function propertyOf(object: ts.ObjectLiteralExpression, key: string): ts.Expression | undefined {
  for (const property of object.properties)
    if (
      ts.isPropertyAssignment(property) &&
      (ts.isIdentifier(property.name) || ts.isStringLiteral(property.name)) &&
      property.name.text === key
    )
      return property.initializer;
  return undefined;
}
