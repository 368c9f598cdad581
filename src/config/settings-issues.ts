/** Turns the issues that zod finds in settings into problems. */
import { own } from "../model/graph";
import { type Issue, isMissing, mustBe } from "../model/issues";
import { suggest } from "../model/nearest";
import { pathOf } from "../model/paths";
import type { Problem } from "../model/problems";
import { keysAt, schemaAt } from "../model/schema-tree";
import { secretLike } from "../model/secret-like";
import { PREFIX } from "./prefix";
import { ENVIRONMENTS, settingsSchema } from "./schema";
import { ABOUT } from "./schema/key";
import { stackFileName } from "./stack-names";

/** What messages about the settings of a stack are written with. */
export interface MessageContext {
  /** The full name of a key, such as `flotilla:services.cart.tag`. */
  where: (path: readonly PropertyKey[]) => string;
  stack: string;
  /** Whether all files could be read: otherwise a missing key may be in the file that could not. */
  complete: boolean;
}

/** Settings of older versions, each with what to write now. */
const RENAMED: Record<string, string> = {
  removeStores: "It is allowDeletion now, with store/ before each name: allowDeletion: [store/redis].",
};

/** Returns an issue as the problems of its keys. */
export function issueProblems(issue: Issue, context: MessageContext): Problem[] {
  const { where, stack } = context;
  // `layers.ts` has reported what is wrong with the list of layers.
  if (issue.path[0] === "layers") return [];
  const key = where(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((unknown) => ({
      where: where([...issue.path, unknown]),
      what: "there is no such setting",
      todo:
        own(RENAMED, [...issue.path, unknown].join(".")) ??
        suggest(unknown, keysAt(settingsSchema, issue.path)),
    }));
  if (isMissing(issue))
    return context.complete
      ? [
          {
            where: key,
            what: "the setting is missing",
            todo:
              issue.path.length === 1
                ? `Add it to ${stackFileName(stack)}: ${exampleOf(issue.path)}`
                : `Add it there: ${String(issue.path.at(-1))}: <${aboutAt(issue.path)?.unit ?? "value"}>`,
          },
        ]
      : [];
  if (issue.code === "invalid_value" && issue.path[0] === "environment")
    return [
      {
        where: key,
        what: `there is no environment ${JSON.stringify(issue.input)}`,
        todo: suggest(plainText(issue.input), ENVIRONMENTS),
      },
    ];
  // A variable may hold a password, although it must not: the message does not repeat its value.
  const looks = secretLike(String(issue.path.at(-1) ?? ""), plainText(issue.input));
  const isPrivate = issue.path.includes("env") || looks !== undefined;
  const given =
    typeof issue.input === "object" || isPrivate
      ? ""
      : `, not ${typeof issue.input === "string" ? JSON.stringify(issue.input) : String(issue.input)}`;
  const quoted =
    issue.code === "invalid_type" &&
    issue.expected === "string" &&
    (typeof issue.input === "number" || typeof issue.input === "boolean");
  return [
    {
      where: key,
      what: `${mustBe(issue, TYPES)}${given}`,
      todo: quoted
        ? quotesAt(issue.path, isPrivate ? undefined : issue.input)
        : `Correct it${remedyAt(issue.path)}.`,
    },
  ];
}

/** Types whose names are those of zod in messages about settings. */
const TYPES = { string: "of type string", boolean: "of type boolean" };

/** Returns a scalar as text, and an empty text for an object: one with a key `toString` cannot be converted. */
const plainText = (value: unknown): string => (typeof value === "object" ? "" : String(value));

/**
 * What to do about a number, true or false in place of a text: a quantity needs its unit, another text needs quotes. The value prints
 * as it is written: the reader of the file refuses others.
 */
function quotesAt(path: readonly PropertyKey[], input: unknown): string {
  const unit = aboutAt(path)?.unit;
  if (unit !== undefined && unit !== "text") return `Write it in quotes, as ${unit}.`;
  const why = typeof input === "boolean" ? "" : " (YAML drops the trailing zeros of a number)";
  return `Put quotes around it${input === undefined ? "" : `: "${input}"`}${why}.`;
}

/** The unit and default of the key at a path. */
function aboutAt(path: readonly PropertyKey[]) {
  const schema = schemaAt(settingsSchema, path);
  return schema && ABOUT.get(schema);
}

/** What else can be done: the expected unit of a required key, the default of an optional one. */
function remedyAt(path: readonly PropertyKey[]): string {
  const about = aboutAt(path);
  if (!about) return "";
  return about.usual.startsWith("required")
    ? `: ${about.unit}`
    : `, or take it out (its default: ${about.usual})`;
}

/** A line to write for a missing key. */
function exampleOf(path: readonly PropertyKey[]): string {
  const examples: Record<string, string> = {
    application: "application: <one of apps/>",
    environment: `environment: ${ENVIRONMENTS.join(" | ")}`,
  };
  const key = pathOf(path);
  return `${PREFIX}:${examples[key] ?? `${key}: ...`}`;
}
