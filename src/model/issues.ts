/** Describes the issues that zod finds in settings and inventories. */
import type { z } from "zod";

/** An issue of zod. */
export type Issue = z.core.$ZodIssue;

const TYPES: Record<string, string> = {
  record: "a map",
  object: "a map",
  array: "a list",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
};

/** Returns what a value must be. `words` overrides the names of types. */
export function mustBe(issue: Issue, words: Readonly<Record<string, string>> = {}): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${words[issue.expected] ?? TYPES[issue.expected] ?? `of type ${issue.expected}`}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      if (issue.origin === "array")
        return `must have at least ${issue.minimum} ${issue.minimum === 1 ? "entry" : "entries"}`;
      if (issue.origin === "string" && issue.minimum === 1 && issue.message.startsWith("Too small"))
        return "must not be empty";
      return issue.message.startsWith("Too small")
        ? `must be at least ${issue.minimum}${issue.origin === "string" ? " characters long" : ""}`
        : issue.message;
    case "too_big":
      return `must be at most ${issue.maximum}${issue.origin === "string" ? " characters long" : ""}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "its name is not allowed";
    default:
      return issue.message;
  }
}

/** Whether a value is missing. */
export const isMissing = (issue: Issue): boolean =>
  (issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union") &&
  issue.input === undefined;

/**
 * Returns the issues of the alternative of a union that the author probably meant: the one with the fewest missing and unknown
 * keys. Returns the issue itself if no alternative is closer than the others.
 */
export function ofMeantAlternative(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.input === undefined) return [issue];
  const ranked = issue.errors
    .map((errors) => ({ errors, strange: distanceOf(errors) }))
    .sort((a, b) => a.strange - b.strange);
  const [first, second] = ranked;
  if (!first || first.strange >= ANOTHER_TYPE || first.strange === second?.strange) return [issue];
  return first.errors.flatMap((inner) =>
    ofMeantAlternative({ ...inner, path: [...issue.path, ...inner.path] } as Issue),
  );
}

/** The distance of an alternative with another type. */
const ANOTHER_TYPE = 10;

const distanceOf = (errors: readonly Issue[]): number =>
  errors.reduce((sum, error) => sum + strangeness(error), 0);

/** The distance that an error adds between the value and an alternative. */
function strangeness(error: Issue): number {
  if (error.code === "invalid_union" && lacksDiscriminator(error)) return ANOTHER_TYPE;
  if (error.code === "invalid_union" && error.path.length === 0 && error.errors.length > 0)
    return Math.min(...error.errors.map(distanceOf));
  if (error.path.length === 1) return isMissing(error) ? 1 : 0;
  if (error.path.length > 1) return 0;
  if (error.code === "unrecognized_keys") return error.keys.length;
  // The value has the right type, but is not allowed.
  return ["custom", "invalid_format", "too_big"].includes(error.code) ? 0 : ANOTHER_TYPE;
}

/** Whether a map lacks the key that distinguishes the alternatives of a union. */
const lacksDiscriminator = ({ discriminator, input }: z.core.$ZodIssueInvalidUnion): boolean =>
  discriminator !== undefined && !Object.hasOwn(Object(input), discriminator);
