/** Writes settings as YAML that every reader takes for the same. */
import { Document, type Node, Scalar, visit } from "yaml";
import { plainScalar } from "./yaml-scalar";

/** Returns a value as YAML. */
export function yamlOf(value: unknown): string {
  const document = new Document(value);
  quoteTexts(document);
  return document.toString({ lineWidth: 0 });
}

/** Puts quotes around each text that a reader could take for something else. */
export function quoteTexts(node: Node | Document): void {
  visit(node, {
    Scalar(_, scalar) {
      const { value, type } = scalar;
      if (typeof value === "string" && (type ?? Scalar.PLAIN) === Scalar.PLAIN && !isSafe(value))
        scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

/** Whether a text stays one without quotes. In braces, a question mark and a colon at the start end it. */
function isSafe(text: string): boolean {
  const { value, refusal } = plainScalar(text);
  return value === text && refusal === undefined && !/^:|\?/.test(text);
}
