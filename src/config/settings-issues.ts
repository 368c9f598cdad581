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

/** What messages about the settings of a stack need to know. */
export interface MessageContext {
  /** The full name of a key, such as `flotilla:services.cart.tag`. */
  where: (path: readonly PropertyKey[]) => string;
  stack: string;
  /** Whether all files could be read. Otherwise a missing key may be in an unreadable file. */
  complete: boolean;
}

/** Settings of older versions, each with its replacement. */
const RENAMED: Record<string, string> = {
  removeStores: "Use allowDeletion, with store/ before each name: allowDeletion: [store/redis].",
};

/** Converts an issue to problems of its keys. */
export function issueProblems(issue: Issue, context: MessageContext): Problem[] {
  const { where, stack } = context;
  // `layers.ts` reports problems of the list of layers.
  if (issue.path[0] === "layers") return [];
  const key = where(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((unknown) => ({
      where: where([...issue.path, unknown]),
      what: "unknown setting",
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
                : `Add it: ${String(issue.path.at(-1))}: <${aboutAt(issue.path)?.unit ?? "value"}>`,
          },
        ]
      : [];
  if (issue.code === "invalid_value" && issue.path[0] === "environment")
    return [
      {
        where: key,
        what: `unknown environment ${JSON.stringify(issue.input)}`,
        todo: suggest(plainText(issue.input), ENVIRONMENTS),
      },
    ];
  // A variable may hold a password although it must not, so the message does not repeat its value.
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

/** How messages about settings name these types. */
const TYPES = { string: "of type string", boolean: "of type boolean" };

/** Returns a scalar as text, and empty text for an object: an object with a key `toString` cannot be converted. */
const plainText = (value: unknown): string => (typeof value === "object" ? "" : String(value));

/**
 * Returns the remedy for a number, true or false in place of text: a quantity needs its unit, other text needs quotes. The value
 * prints as it is written, because the YAML reader refuses any other.
 */
function quotesAt(path: readonly PropertyKey[], input: unknown): string {
  const unit = aboutAt(path)?.unit;
  if (unit !== undefined && unit !== "text") return `Put it in quotes: ${unit}.`;
  const why = typeof input === "boolean" ? "" : " (YAML drops the trailing zeros of a number)";
  return `Put quotes around it${input === undefined ? "" : `: "${input}"`}${why}.`;
}

/** Returns the unit and default of the key at a path. */
function aboutAt(path: readonly PropertyKey[]) {
  const schema = schemaAt(settingsSchema, path);
  return schema && ABOUT.get(schema);
}

/** Completes a remedy with the expected unit of a required key or the default of an optional one. */
function remedyAt(path: readonly PropertyKey[]): string {
  const about = aboutAt(path);
  if (!about) return "";
  return about.usual.startsWith("required")
    ? ` (expected: ${about.unit})`
    : `, or remove it (default: ${about.usual})`;
}

/** Returns an example line for a missing key. */
function exampleOf(path: readonly PropertyKey[]): string {
  const examples: Record<string, string> = {
    application: "application: <one of apps/>",
    environment: `environment: ${ENVIRONMENTS.join(" | ")}`,
  };
  const key = pathOf(path);
  return `${PREFIX}:${examples[key] ?? `${key}: ...`}`;
}
