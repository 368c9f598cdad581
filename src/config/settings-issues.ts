/** Turns the issues that zod finds in settings into problems. */
import type { z } from "zod";
import { own } from "../model/graph";
import { suggest } from "../model/nearest";
import { pathOf } from "../model/paths";
import type { Problem } from "../model/problems";
import { secretLike } from "../model/secret-like";
import { ENVIRONMENTS, settingsSchema } from "./schema";
import { ABOUT } from "./schema/key";
import { inside, schemaAt } from "./schema/walk";
import { stackFileName } from "./stack-names";

/** What messages about the settings of a stack are written with. */
export interface MessageContext {
  /** The full name of a key, such as `flotilla:services.cart.tag`. */
  where: (path: readonly PropertyKey[]) => string;
  project: string;
  stack: string;
  /** Whether all files could be read: otherwise a missing key may be in the file that could not. */
  complete: boolean;
}

/** Settings of older versions, each with what to write now. */
const RENAMED: Record<string, string> = {
  removeStores: "It is allowDeletion now, with store/ before each name: allowDeletion: [store/redis].",
};

/** Returns an issue as the problems of its keys. A union whose value is a map is reported by the alternative that is a map. */
export function issueProblems(issue: z.core.$ZodIssue, context: MessageContext): Problem[] {
  const { where, project, stack } = context;
  // `layers.ts` has reported what is wrong with the list of layers.
  if (issue.path[0] === "layers") return [];
  const key = where(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((unknown) => ({
      where: where([...issue.path, unknown]),
      what: "there is no such setting",
      todo: own(RENAMED, [...issue.path, unknown].join(".")) ?? suggest(unknown, knownKeysAt(issue.path)),
    }));
  // Only one alternative of each union is a map: who wrote a map meant that one.
  if (issue.code === "invalid_union" && typeof issue.input === "object" && issue.input !== null) {
    const nested = issue.errors.find((errors) =>
      errors.some(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
    );
    if (nested)
      return nested.flatMap((inner) =>
        issueProblems({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, context),
      );
  }
  if ((issue.code === "invalid_type" || issue.code === "invalid_value") && issue.input === undefined)
    return context.complete
      ? [
          {
            where: key,
            what: "the setting is missing",
            todo:
              issue.path.length === 1
                ? `Add it to ${stackFileName(stack)}: ${exampleOf(issue.path, project)}`
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
    issue.code === "invalid_type" && issue.expected === "string" && typeof issue.input === "number";
  return [
    {
      where: key,
      what: `${describe(issue)}${given}`,
      todo: quoted
        ? quotesAt(issue.path, isPrivate ? undefined : issue.input)
        : `Correct it${remedyAt(issue.path)}.`,
    },
  ];
}

/** What is wrong, in words. */
function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `must be ${TYPES[issue.expected] ?? `of type ${issue.expected}`}`;
  if (issue.code === "invalid_value")
    return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
  if (issue.code === "too_small")
    return issue.origin === "array"
      ? `must have at least ${issue.minimum} entry`
      : issue.message.startsWith("Too small")
        ? `must be at least ${issue.minimum}${issue.origin === "string" ? " characters long" : ""}`
        : issue.message;
  if (issue.code === "too_big")
    return `must be at most ${issue.maximum}${issue.origin === "string" ? " characters long" : ""}`;
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? "its name is not allowed";
  return issue.message;
}

/** Zod's types in the words of YAML. */
const TYPES: Record<string, string> = {
  record: "a map",
  object: "a map",
  array: "a list",
  int: "a whole number",
};

/** Returns a scalar as text, and an empty text for an object: one with a key `toString` cannot be converted. */
const plainText = (value: unknown): string => (typeof value === "object" ? "" : String(value));

/** What to do about a number in place of a text: a quantity needs its unit, another text needs quotes. */
function quotesAt(path: readonly PropertyKey[], input: unknown): string {
  const unit = aboutAt(path)?.unit;
  if (unit !== undefined && unit !== "text") return `Write it in quotes, as ${unit}.`;
  return `Put quotes around it${input === undefined ? "" : `: "${input}"`} (YAML drops the trailing zeros of a number).`;
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

/** The keys that the schema allows at a path, for suggestions. */
function knownKeysAt(path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(settingsSchema, path);
  return schema ? Object.keys(inside(schema).keys) : [];
}

/** A line to write for a missing key. */
function exampleOf(path: readonly PropertyKey[], project: string): string {
  const examples: Record<string, string> = {
    application: "application: robot-shop",
    environment: `environment: ${ENVIRONMENTS.join(" | ")}`,
  };
  const key = pathOf(path);
  return `${project}:${examples[key] ?? `${key}: ...`}`;
}
