/** The notations of YAML that Pulumi's engine (gopkg.in/yaml.v3) refuses, or takes for something else than this program. */
import { isAlias, isCollection, isScalar, type Node, Scalar } from "yaml";

/** What is wrong and what to do. */
export interface Advice {
  what: string;
  todo: string;
}

/** A node and what is around it. */
export interface Place {
  /** The text of the document. */
  text: string;
  /** Whether the node is in braces or brackets. */
  inFlow: boolean;
  isKey: boolean;
}

/** What is wrong with a key that has a tag, or is an alias, a map or a list. */
export const KEY_IS_NO_TEXT: Advice = { what: "a key must be text", todo: "Write the key itself." };

const QUOTE = "Put quotes around it.";

/** Returns what is wrong with the notation of a node. */
export function notationAdvice(node: Node, place: Place): Advice | undefined {
  const { tag } = node as { tag?: string };
  const anchor = isAlias(node) ? node.source : (node as { anchor?: string }).anchor;
  if (place.isKey && (tag !== undefined || isAlias(node) || isCollection(node))) return KEY_IS_NO_TEXT;
  if (tag !== undefined && !(isScalar(node) && tag === "tag:yaml.org,2002:str"))
    return {
      what: "it has a tag, which readers of YAML take differently",
      todo: "Take out the tag, the word that begins with an exclamation mark. Put quotes around a text.",
    };
  if (anchor !== undefined && !/^[\w-]+$/.test(anchor))
    return {
      what: "the name of an anchor can have letters of English, digits, hyphens and underscores only",
      todo: "Rename the anchor.",
    };
  return isScalar(node) ? scalarAdvice(node, place) : undefined;
}

function scalarAdvice(node: Scalar, { text, inFlow, isKey }: Place): Advice | undefined {
  const [start, end] = node.range ?? [0, 0];
  const written = text.slice(start, end);
  if (isKey && (written.includes("\n") || /^\s*(#.*)?\n\s*:/.test(text.slice(end))))
    return { what: "a key must be on one line", todo: "Write the key on one line." };
  if (node.type === Scalar.QUOTE_DOUBLE && HALF_CHARACTER.test(written))
    return {
      what: "it has the escape of half a character, which Pulumi refuses",
      todo: "Write the character itself, or its whole code after \\U.",
    };
  if (node.type === Scalar.QUOTE_DOUBLE && ESCAPED_SLASH.test(written))
    return { what: "it has the escape \\/, which Pulumi refuses", todo: "Write / without a backslash." };
  if (node.type === Scalar.QUOTE_DOUBLE && ESCAPED_BREAK.test(written))
    return {
      what: "a backslash ends a line of it, which readers of YAML take differently",
      todo: "Write it on one line.",
    };
  if (node.type === Scalar.PLAIN && inFlow && /^:|\?/.test(written))
    return { what: "in braces and brackets, readers of YAML take : and ? differently", todo: QUOTE };
  if (node.type === Scalar.PLAIN && inFlow && isKey && /^[ \t]*:\S/.test(text.slice(end)))
    return { what: "a colon that ends a key needs a space after it", todo: "Write the space." };
  const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  if (
    isBlock &&
    /^[|>][-+]?[0-9]/.test(written) &&
    / \n$/.test(`${written}${/^ +\n/.exec(text.slice(end)) ?? ""}`)
  )
    return {
      what: "its last line is of spaces, which readers of YAML take differently",
      todo: "Take that line out.",
    };
  if (isBlock && end >= text.length && !text.endsWith("\n"))
    return { what: "the file ends in the text, without the end of a line", todo: "Add an empty line." };
  const value = String(node.value);
  if (isBlock ? /^\s*(\t|$)/.test(value) || CHANGED.test(value) : CHANGED.test(value))
    return {
      what: "Pulumi changes a text of several lines that begins with an empty line or a tab",
      todo: "Begin it with another character, or write it on one line.",
    };
  return undefined;
}

/** An escape of a surrogate. An even number of backslashes before it are backslashes themselves. */
const HALF_CHARACTER = /(?<!\\)(\\\\)*\\u[dD][89a-fA-F]/;

const ESCAPED_BREAK = /(?<!\\)(\\\\)*\\[ \t]*\n/;

const ESCAPED_SLASH = /(?<!\\)(\\\\)*\\\//;

/** A text that the engine writes out in a form that it does not read back: the engine reads stack files twice. */
const CHANGED = /^\n|^[\t\u0085\u2028\u2029][\s\S]*\n/;

/** Returns the offset and the fault of a tab or a question mark at the start of a line. `text` has nothing in place of its texts. */
export function lineAdvice(text: string): (Advice & { offset: number }) | undefined {
  const found = /^[ -]*(\t|(?:&\S* +)*\?(?=\s))/m.exec(text);
  if (!found) return undefined;
  const offset = found.index + found[0].length - 1;
  return found[1] === "\t"
    ? { offset, what: "a tab is at the start of a line", todo: "Indent with spaces." }
    : { offset, what: "a key begins with a question mark", todo: "Write the key, a colon and the value." };
}
