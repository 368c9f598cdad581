/** YAML notations that Pulumi's engine (gopkg.in/yaml.v3) refuses or reads differently than this program. */
import { isAlias, isCollection, isScalar, type Node, Scalar } from "yaml";

/** What is wrong and what to do. */
export interface Advice {
  what: string;
  todo: string;
}

/** The surroundings of a node. */
export interface Place {
  /** The text of the document. */
  text: string;
  /** Whether the node is in braces or brackets. */
  inFlow: boolean;
  isKey: boolean;
}

/** For a key that has a tag, or is an alias, a map or a list. */
export const KEY_IS_NOT_TEXT: Advice = { what: "a key must be text", todo: "Write the key as plain text." };

const QUOTE = "Put quotes around it.";

/** Returns what is wrong with the notation of a node. */
export function notationAdvice(node: Node, place: Place): Advice | undefined {
  const { tag } = node as { tag?: string };
  const anchor = isAlias(node) ? node.source : (node as { anchor?: string }).anchor;
  if (place.isKey && (tag !== undefined || isAlias(node) || isCollection(node))) return KEY_IS_NOT_TEXT;
  if (tag !== undefined && !(isScalar(node) && tag === "tag:yaml.org,2002:str"))
    return {
      what: "the value has a tag, which YAML parsers interpret differently",
      todo: "Remove the tag (the word that starts with an exclamation mark). Put quotes around text.",
    };
  if (anchor !== undefined && !/^[\w-]+$/.test(anchor))
    return {
      what: "the name of an anchor can only have ASCII letters, digits, hyphens and underscores",
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
      what: "the value has a surrogate escape (half a character), which Pulumi refuses",
      todo: "Write the character itself, or its full code after \\U.",
    };
  if (node.type === Scalar.QUOTE_DOUBLE && ESCAPED_SLASH.test(written))
    return {
      what: "the value has the escape \\/, which Pulumi refuses",
      todo: "Write / without a backslash.",
    };
  if (node.type === Scalar.QUOTE_DOUBLE && ESCAPED_BREAK.test(written))
    return {
      what: "a line of the value ends with a backslash, which YAML parsers read differently",
      todo: "Write it on one line.",
    };
  if (node.type === Scalar.PLAIN && inFlow && /^:|\?/.test(written))
    return { what: "YAML parsers read : and ? differently inside braces and brackets", todo: QUOTE };
  if (node.type === Scalar.PLAIN && inFlow && isKey && /^[ \t]*:\S/.test(text.slice(end)))
    return { what: "the colon after a key needs a space after it", todo: "Add the space." };
  const isBlock = node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED;
  if (
    isBlock &&
    /^[|>][-+]?[0-9]/.test(written) &&
    / \n$/.test(`${written}${/^ +\n/.exec(text.slice(end)) ?? ""}`)
  )
    return {
      what: "the last line of the text has only spaces, which YAML parsers read differently",
      todo: "Remove that line.",
    };
  if (isBlock && end >= text.length && !text.endsWith("\n"))
    return { what: "the last line of the file does not end with a newline", todo: "Add a newline." };
  const value = String(node.value);
  if (isBlock ? /^\s*(\t|$)/.test(value) || CHANGED.test(value) : CHANGED.test(value))
    return {
      what: "Pulumi changes multi-line text that starts with an empty line or a tab",
      todo: "Start it with another character, or write it on one line.",
    };
  return undefined;
}

/** A surrogate escape. An even number of backslashes before it are escaped backslashes. */
const HALF_CHARACTER = /(?<!\\)(\\\\)*\\u[dD][89a-fA-F]/;

const ESCAPED_BREAK = /(?<!\\)(\\\\)*\\[ \t]*\n/;

const ESCAPED_SLASH = /(?<!\\)(\\\\)*\\\//;

/** Text that the engine changes: it reads a stack file, writes it, and does not read the same text back. */
const CHANGED = /^\n|^[\t\u0085\u2028\u2029][\s\S]*\n/;

/** Returns the offset and the fault of a tab or a question mark at the start of a line. Quoted and block scalars in `text` are masked. */
export function lineAdvice(text: string): (Advice & { offset: number }) | undefined {
  const found = /^[ -]*(\t|(?:&\S* +)*\?(?=\s))/m.exec(text);
  if (!found) return undefined;
  const offset = found.index + found[0].length - 1;
  return found[1] === "\t"
    ? { offset, what: "the line starts with a tab", todo: "Indent with spaces." }
    : { offset, what: "the key starts with a question mark", todo: "Write it as: key, colon, value." };
}
