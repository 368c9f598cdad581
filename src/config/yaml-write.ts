/** Writes settings as YAML that every parser reads the same way. */
import { Document, type Node, Scalar, visit } from "yaml";
import { plainScalar } from "./yaml-scalar";

/** Returns a value as YAML. */
export function yamlOf(value: unknown): string {
  const document = new Document(value);
  quoteTexts(document);
  return document.toString({ lineWidth: 0 });
}

/** Puts quotes around each text that a parser could read as something else. */
export function quoteTexts(node: Node | Document): void {
  visit(node, {
    Scalar(_, scalar) {
      const { value, type } = scalar;
      if (typeof value === "string" && (type ?? Scalar.PLAIN) === Scalar.PLAIN && !isSafe(value))
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

/** Whether text stays text without quotes. In braces, a question mark or a leading colon would end it. */
function isSafe(text: string): boolean {
  const { value, refusal } = plainScalar(text);
  return value === text && refusal === undefined && !/^:|\?/.test(text);
}
