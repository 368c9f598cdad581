/**
 * Reads the YAML of settings. Pulumi's engine reads the same file with another parser (gopkg.in/yaml.v3), and its values are
 * deployed. A file that the two parsers read differently is refused.
 */
import { type Document, LineCounter, parseDocument } from "yaml";
import { type Fault, linesOf, resolveScalars, withoutTexts } from "./yaml-nodes";
import { type Advice, KEY_IS_NOT_TEXT, lineAdvice } from "./yaml-syntax";

/** A parsed YAML text. */
export interface Yaml {
  /** The content. A refused scalar is the text as written. */
  content: unknown;
  /** Line of each key and list entry, by its path. */
  lines: ReadonlyMap<string, number>;
  /** Values and keys that are refused. */
  faults: readonly Fault[];
}

/** Why a text cannot be read at all. */
export interface Broken extends Advice {
  line?: number;
}

/** Reads a YAML text. */
export function readYaml(text: string): Yaml | { broken: Broken } {
  const rest = text.replace(/^\uFEFF/, "");
  const strange = STRANGE.exec(rest);
  if (strange)
    return {
      broken: { ...strangeCharacter(strange[0]), line: rest.slice(0, strange.index).split("\n").length },
    };
  const normal = rest.replaceAll("\r\n", "\n");
  const counter = new LineCounter();
  const document = parseDocument(normal.endsWith("\n") ? normal : `${normal}\n`, {
    lineCounter: counter,
    schema: "failsafe",
    merge: true,
  });
  const lineOf = (offset: number): number => counter.linePos(offset).line;
  const [error] = document.errors;
  if (error)
    return {
      broken: {
        what: `invalid YAML: ${(error.message.split("\n")[0] as string).replace(/ at line .*$/, "")}`,
        todo: "Correct that line.",
        line: lineOf(error.pos[0]),
      },
    };
  const { yaml, tags } = document.directives ?? {};
  const unknown = document.warnings.some(({ code }) => code === "BAD_DIRECTIVE");
  if (unknown || yaml?.explicit || Object.keys(tags ?? {}).some((handle) => handle !== "!!"))
    return {
      broken: { what: "the file has a YAML directive", todo: "Remove the lines that start with %." },
    };
  const parsed = { document, text: normal, lineOf };
  const line = lineAdvice(withoutTexts(parsed));
  if (line) return { broken: { what: line.what, todo: line.todo, line: lineOf(line.offset) } };
  const faults = resolveScalars(parsed);
  const notText = faults.find(({ what }) => what === KEY_IS_NOT_TEXT.what);
  if (notText) return { broken: { ...KEY_IS_NOT_TEXT, line: notText.line } };
  const content = contentOf(document);
  if (content === UNREADABLE)
    return {
      broken: {
        what: "an alias has no anchor before it, or refers to itself",
        todo: "Write the value in place of the alias.",
      },
    };
  return { content, lines: linesOf(parsed), faults };
}

/** Characters that the engine refuses or reads as the end of a line, and the replacement character for invalid UTF-8. */
const STRANGE =
  /[^\t\n\r\x20-\x7E\u00A0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFC\u{10000}-\u{10FFFF}]|\r(?!\n)/u;

function strangeCharacter(character: string): Advice {
  if (character === "\uFFFD") return { what: "the file is not valid UTF-8", todo: "Save the file as UTF-8." };
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
  return {
    what: `the file has the character U+${code}, which YAML parsers read differently`,
    todo: `Remove it. In double quotes it can be written as \\u${code}.`,
  };
}

/** Stands for the content of a document that cannot be read. */
const UNREADABLE = Symbol("unreadable");

/** Returns the content of a document. The error about a broken alias is dropped: it quotes the alias, which may be a secret. */
function contentOf(document: Document): unknown {
  try {
    const content: unknown = document.toJS();
    JSON.stringify(content);
    return content;
  } catch {
    return UNREADABLE;
  }
}
