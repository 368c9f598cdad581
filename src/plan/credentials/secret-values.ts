/** Reads passwords from the contents of Secrets. */
import type { SecretText } from "../plan";

/**
 * Returns the values of the credentials in a text from the text with values. It is the inverse of `fillText`. Undefined if `held`
 * does not match the text.
 */
export function valuesIn(text: SecretText, held: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = text
    .map((part) => {
      if (typeof part === "string") return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      // Encoded values are skipped, because another key of the Secret has the plain value.
      if (part.encoding !== undefined) return ".+?";
      names.push(part.credential);
      return "(.+?)";
    })
    .join("");
  const match = new RegExp(`^${pattern}$`, "s").exec(held);
  return match
    ? Object.fromEntries(names.map((name, index) => [name, match[index + 1] as string]))
    : undefined;
}
