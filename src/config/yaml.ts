/**
 * Reads the YAML of settings. Pulumi's engine reads the same text with another parser (gopkg.in/yaml.v3), and what that one reads is
 * deployed. A text that the two do not read alike is refused.
 */
import { type Document, LineCounter, parseDocument } from "yaml";
import { type Fault, linesOf, resolveScalars, withoutTexts } from "./yaml-nodes";
import { type Advice, KEY_IS_NO_TEXT, lineAdvice } from "./yaml-syntax";

/** A YAML text, read. */
export interface Yaml {
  /** The content. A scalar that is refused is the text that was written. */
  content: unknown;
  /** Line of each key and list entry, by its path. */
  lines: ReadonlyMap<string, number>;
  /** Values and keys that are refused. */
  faults: readonly Fault[];
}

/** Why nothing of a text can be read. */
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
        what: `it is not YAML: ${(error.message.split("\n")[0] as string).replace(/ at line .*$/, "")}`,
        todo: "Correct it there.",
        line: lineOf(error.pos[0]),
      },
    };
  const { yaml, tags } = document.directives ?? {};
  const unknown = document.warnings.some(({ code }) => code === "BAD_DIRECTIVE");
  if (unknown || yaml?.explicit || Object.keys(tags ?? {}).some((handle) => handle !== "!!"))
    return { broken: { what: "it has a directive of YAML", todo: "Take out the lines that begin with %." } };
  const parsed = { document, text: normal, lineOf };
  const line = lineAdvice(withoutTexts(parsed));
  if (line) return { broken: { what: line.what, todo: line.todo, line: lineOf(line.offset) } };
  const faults = resolveScalars(parsed);
  const noText = faults.find(({ what }) => what === KEY_IS_NO_TEXT.what);
  if (noText) return { broken: { ...KEY_IS_NO_TEXT, line: noText.line } };
  const content = contentOf(document);
  if (content === UNREADABLE)
    return {
      broken: {
        what: "an alias in it has no anchor before it, or leads back to itself",
        todo: "Write out what it stands for.",
      },
    };
  return { content, lines: linesOf(parsed), faults };
}

/** What the engine refuses or takes for the end of a line, and the replacement for bytes that are not UTF-8. */
const STRANGE =
  /[^\t\n\r\x20-\x7E\u00A0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFC\u{10000}-\u{10FFFF}]|\r(?!\n)/u;

function strangeCharacter(character: string): Advice {
  if (character === "\uFFFD")
    return { what: "it has bytes that are not UTF-8", todo: "Save the file as UTF-8." };
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
  return {
    what: `it has the character U+${code}, which readers of YAML take differently`,
    todo: `Take it out. A text in double quotes can hold it as \\u${code}.`,
  };
}

/** The content of a document that cannot be read. */
const UNREADABLE = Symbol("unreadable");

/** Returns the content of a document. The error about a broken alias is dropped: it contains the alias, which can be a secret. */
function contentOf(document: Document): unknown {
  try {
    const content: unknown = document.toJS();
    JSON.stringify(content);
    return content;
  } catch {
    return UNREADABLE;
  }
}
