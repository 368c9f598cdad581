/** What zod finds, in words. Settings and inventories say it the same way. */
import type { z } from "zod";

/** An issue of zod, or of an alternative. */
export type Issue = z.core.$ZodIssue;

const TYPES: Record<string, string> = {
  record: "a map",
  object: "a map",
  array: "a list",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
};

/** What a value must be. */
export function mustBe(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPES[issue.expected] ?? `of type ${issue.expected}`}`;
    case "invalid_value":
      return `must be ${issue.values.length === 1 ? "" : "one of "}${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    case "too_small":
      if (issue.origin === "array")
        return `must have at least ${issue.minimum} ${issue.minimum === 1 ? "entry" : "entries"}`;
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
 * Of alternatives, what is wrong with the one that was meant: the one of whose own keys the fewest are missing or unknown. The
 * issue itself where no alternative is closer than another.
 */
export function ofMeantAlternative(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union" || issue.input === undefined) return [issue];
  const ranked = issue.errors
    .map((errors) => ({ errors, strange: errors.reduce((sum, error) => sum + strangeness(error), 0) }))
    .sort((a, b) => a.strange - b.strange);
  const [first, second] = ranked;
  if (!first || first.strange >= ANOTHER_TYPE || first.strange === second?.strange) return [issue];
  return first.errors.flatMap((inner) =>
    ofMeantAlternative({ ...inner, path: [...issue.path, ...inner.path] } as Issue),
  );
}

const ANOTHER_TYPE = 10;

/** How far an error is from being one of the alternative that was meant. */
function strangeness(error: Issue): number {
  if (error.path.length === 1) return isMissing(error) ? 1 : 0;
  if (error.path.length > 1) return 0;
  if (error.code === "unrecognized_keys") return error.keys.length;
  return error.code === "custom" ? 0 : ANOTHER_TYPE;
}
