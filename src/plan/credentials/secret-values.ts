/** Reads passwords from the contents of Secrets. */
import type { SecretText } from "../plan";
import type { Encoding } from "./encodings";

/**
 * Returns the values of the credentials in a text from the text with values. It is the inverse of `fillText`. Undefined if `held`
 * does not match the text.
 */
export const valuesIn = (text: SecretText, held: string): Record<string, string> | undefined =>
  read(text, held, (encoding) => (encoding === "json" ? `"(${UNCHANGED}+?)"` : `(${UNCHANGED}+?)`)) ??
  // Other encoded values are skipped, because another key of the Secret may have the plain value.
  read(text, held, () => ".+?");

/** Characters that no encoding changes. Generated values have no others. */
const UNCHANGED = "[A-Za-z0-9_-]";

/** Reads the credentials of a text. `encoded` returns the pattern of an encoded value, with a group if it is read. */
function read(
  text: SecretText,
  held: string,
  encoded: (encoding: Encoding) => string,
): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = text
    .map((part) => {
      if (typeof part === "string") return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const group = part.encoding === undefined ? "(.+?)" : encoded(part.encoding);
      if (group.includes("(")) names.push(part.credential);
      return group;
    })
    .join("");
  const match = new RegExp(`^${pattern}$`, "s").exec(held);
  return match
    ? Object.fromEntries(names.map((name, index) => [name, match[index + 1] as string]))
    : undefined;
}
