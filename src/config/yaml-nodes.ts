/** Reads the nodes of a YAML document. */
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Scalar,
  visit,
} from "yaml";
import { pathOf } from "../model/paths";
import { plainScalar, type Refusal } from "./yaml-scalar";
import { type Advice, notationAdvice, type Place } from "./yaml-syntax";

/** A value or key that is refused. */
export interface Fault extends Advice {
  path: readonly PropertyKey[];
  line: number;
  /** The plain scalar, if its value is refused. It can be a secret. */
  scalar?: { source: string; meant?: string };
}

/** A document and the positions of its nodes. */
interface Parsed {
  document: Document.Parsed;
  /** The text that it was parsed from. */
  text: string;
  lineOf: (offset: number) => number;
}

/**
 * Sets each plain scalar of a document to the value that the engine reads. Returns the values and keys that are refused. The
 * document must have been parsed without a schema, so that each scalar is text.
 */
export function resolveScalars({ document, text, lineOf }: Parsed): Fault[] {
  const faults: Fault[] = [];
  const report = (node: Node, path: readonly PropertyKey[], advice: Omit<Fault, "path" | "line">): void => {
    faults.push({ path, line: lineOf(node.range?.[0] ?? 0), ...advice });
  };
  const read = (node: unknown, path: readonly PropertyKey[], inFlow: boolean): void => {
    if (!isNode(node)) return;
    const notation = notationAdvice(node, { text, inFlow, isKey: false });
    if (notation) report(node, path, notation);
    if (isPlain(node)) {
      const { value, refusal } = plainScalar(node.source as string);
      node.value = value;
      if (refusal) report(node, path, valueAdvice(node.source as string, refusal));
    }
    if (!isCollection(node)) return;
    const isFlow = inFlow || node.flow === true;
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const inner = [...path, keyText(key)];
        const advice = isNode(key) && keyAdvice(key, { text, inFlow: isFlow, isKey: true });
        if (advice) report(key as Node, inner, advice);
        read(value, inner, isFlow);
      }
      const [, second] = node.items.filter(({ key }) => isMerge(key));
      if (second) report(second.key as Node, [...path, MERGE], TWO_MERGES);
    } else if (isSeq(node))
      for (const [index, item] of node.items.entries()) read(item, [...path, index], isFlow);
  };
  read(document.contents, [], false);
  return faults;
}

/** Returns the text with quoted and block scalars masked by dots. Line breaks stay. */
export function withoutTexts({ document, text }: Parsed): string {
  let rest = text;
  visit(document, {
    Scalar(_, { type, range }) {
      if (range && type !== Scalar.PLAIN)
        rest = `${rest.slice(0, range[0])}${text.slice(range[0], range[1]).replace(/[^\n]/g, ".")}${rest.slice(range[1])}`;
    },
  });
  return rest;
}

const quotes = (source: string): string => `Put quotes around it: "${source}".`;

const valueAdvice = (source: string, { what, ...meant }: Refusal): Omit<Fault, "path" | "line"> => ({
  what,
  todo: quotes(source),
  scalar: { source, ...meant },
});

/** Returns what is wrong with a key, which must be text. */
function keyAdvice(key: Node, place: Place): Advice | undefined {
  const notation = notationAdvice(key, place);
  if (!isMerge(key) && keyText(key) === MERGE) return QUOTED_MERGE;
  if (notation || !isPlain(key) || isMerge(key)) return notation;
  const source = key.source as string;
  const { value, refusal } = plainScalar(source);
  return typeof value === "string" && !refusal
    ? undefined
    : {
        what: `YAML does not read the key ${source} as text`,
        todo: quotes(source),
      };
}

const TWO_MERGES: Advice = {
  what: "the key << appears twice in one map",
  todo: "Merge several maps with one key: <<: [*first, *second].",
};

/** The engine writes this key without quotes, and then reads it as a merge. */
const QUOTED_MERGE: Advice = { what: "<< cannot be used as the name of a key", todo: "Rename the key." };

const MERGE = "<<";

const isPlain = (node: unknown): node is Scalar =>
  isScalar(node) && node.type === Scalar.PLAIN && node.tag === undefined;

/** Whether a key is a YAML merge key, which merges another map into its own. */
const isMerge = (key: unknown): boolean => isScalar(key) && typeof key.value === "symbol";

const keyText = (key: unknown): string => (isMerge(key) ? MERGE : isScalar(key) ? String(key.value) : "");

/** Returns the line of every key and list entry, by path. */
export function linesOf({ document, lineOf }: Parsed): Map<string, number> {
  const lines = new Map<string, number>();
  const note = (node: unknown, path: readonly PropertyKey[]): void => {
    const [start] = (node as Node | null | undefined)?.range ?? [];
    if (start !== undefined) lines.set(pathOf(path), lineOf(start));
  };
  const follow = (node: unknown, path: readonly PropertyKey[], depth: number): void => {
    // Aliases can contain themselves. Settings that are nested deeper than this get no line.
    if (depth > 20) return;
    if (isAlias(node)) follow(node.resolve(document), path, depth + 1);
    else if (isMap(node))
      for (const { key, value } of node.items) {
        const inner = [...path, keyText(key)];
        note(key, inner);
        follow(value, inner, depth + 1);
      }
    else if (isSeq(node))
      node.items.forEach((item, index) => {
        note(item, [...path, index]);
        follow(item, [...path, index], depth + 1);
      });
  };
  follow(document.contents, [], 0);
  return lines;
}
