/**
 * `$(NAME)` in a text is replaced with the value of another variable of the container, as in a Kubernetes manifest. We do that
 * ourselves, because Kubernetes only replaces variables that come before, and none in a Secret. `$$(NAME)` is the text `$(NAME)`.
 */
import { own } from "./graph";
import { mapValues } from "./records";
import { needsPod, type Reference, type Text } from "./text";

/** The name of a variable (IsEnvVarName), as a pattern. */
const NAME = "[-._a-zA-Z][-._a-zA-Z0-9]*";
const MENTION = new RegExp(`(\\$+)\\((${NAME})\\)`, "g");

/** A part of a text: a literal, a mention of a variable, or a reference. */
export type Part = string | { variable: string } | Reference;

/** Whether a program or container has variables that the inventory does not know. */
export const hasEnvFrom = ({ envFrom = {} }: { envFrom?: object }): boolean =>
  Object.keys(envFrom).length > 0;

/** Splits a text into its parts. */
export const partsOf = (text: Text): Part[] =>
  joined(text).flatMap((part) => (typeof part === "string" ? fragmentsOf(part) : [part]));

/** Joins adjacent literals. */
function joined(text: Text): (string | Reference)[] {
  const parts: (string | Reference)[] = [];
  for (const part of typeof text === "string" ? [text] : text) {
    const last = parts.at(-1);
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return parts;
}

function fragmentsOf(literal: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of literal.matchAll(MENTION)) {
    const [all, dollars = "", variable = ""] = match;
    const before = literal.slice(end, match.index);
    end = match.index + all.length;
    if (dollars === "$") parts.push(before, { variable });
    else parts.push(`${before}${all.slice(1)}`);
  }
  return [...parts, literal.slice(end)].filter((part) => part !== "");
}

/** Returns the variables that a text mentions. */
export const variablesIn = (text: Text): string[] =>
  partsOf(text).flatMap((part) => (isVariable(part) ? [part.variable] : []));

/** Whether a part is a mention of a variable. */
export const isVariable = (part: Part): part is { variable: string } =>
  typeof part !== "string" && "variable" in part;

/** Longest value of a variable, in characters. Linux does not start a program with a longer one. */
const LONGEST = 128 * 1024;

/** Returns the length of each variable with the variables that it mentions, as far as the inventory knows it. */
export function lengthsOf(env: Readonly<Record<string, Text>>): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  const lengthOf = (name: string, above: readonly string[]): number => {
    const text = own(env, name);
    if (text === undefined || above.includes(name)) return 0;
    const length =
      known.get(name) ??
      partsOf(text).reduce((sum, part) => {
        if (typeof part === "string") return sum + part.length;
        // An empty variable counts too, because replacing it takes time.
        return sum + (isVariable(part) ? Math.max(1, lengthOf(part.variable, [...above, name])) : 0);
      }, 0);
    known.set(name, length);
    return length;
  };
  for (const name of Object.keys(env)) lengthOf(name, []);
  return known;
}

/** Whether a variable with the variables that it mentions is too long. It is then not replaced. */
export const isTooLong = (length: number | undefined): boolean => length !== undefined && length > LONGEST;

/**
 * Replaces the variables that texts mention. Mentions of values from the cluster become references that Kubernetes replaces; with
 * `hasOthers` (`envFrom`), so do mentions of unknown variables. Other unknown variables, cycles, and values that are too long stay as
 * written.
 */
export function withValues(env: Readonly<Record<string, Text>>, hasOthers = false): Record<string, Text> {
  const lengths = lengthsOf(env);
  const filled = (text: Text, above: readonly string[]): Text => {
    const parts = partsOf(text).flatMap((part): (string | Reference)[] => {
      if (!isVariable(part)) return [part];
      const { variable } = part;
      if (above.includes(variable) || isTooLong(lengths.get(variable))) return [mention(variable)];
      const value = own(env, variable);
      if (value === undefined ? hasOthers : needsPod(value)) return [{ ref: "variable", of: variable }];
      const inner = value === undefined ? [mention(variable)] : filled(value, [...above, variable]);
      return typeof inner === "string" ? [inner] : [...inner];
    });
    return typeof text === "string" && parts.every((part) => typeof part === "string")
      ? parts.join("")
      : parts;
  };
  return mapValues(env, (text, name) => filled(text, [name]));
}

/** Returns the mention of a variable. */
export const mention = (variable: string): string => `$(${variable})`;

/**
 * A `$` that Kubernetes does not interpret, with what follows it: text in parentheses that is not a valid name, an unclosed
 * parenthesis, another ASCII character, or the end. Older versions break non-ASCII characters after a `$`.
 */
const UNTOUCHED = `\\$(?:\\((?!${NAME}\\))[^)]*\\)|\\((?![^)]*\\))|[\\x00-\\x23\\x25-\\x27\\x29-\\x7f]|$)`;
const DOLLAR = new RegExp(`${UNTOUCHED}|\\$`, "g");

/** Returns the manifest form of a text that Kubernetes must pass to the container unchanged: `$` becomes `$$` where needed. */
export const literally = (text: string): string =>
  text.replace(DOLLAR, (match, offset: number) => (match === "$" && offset < text.length - 1 ? "$$" : match));

/** Returns the manifest form of literals and mentions of variables that Kubernetes replaces. */
export const toManifest = (parts: readonly (string | { variable: string })[]): string =>
  parts.every((part) => typeof part === "string")
    ? literally(parts.join(""))
    : // A literal and what follows it could together look like a mention, so each `$` is doubled.
      parts
        .map((part) => (typeof part === "string" ? part.replaceAll("$", "$$$$") : mention(part.variable)))
        .join("");
