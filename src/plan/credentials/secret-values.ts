/** Passwords read back out of what Secrets hold. */
import type { SecretText } from "../plan";

/**
 * The values of the credentials of a text, found in what a key of a Secret holds now; undefined where it does not have
 * the text's form. The inverse of `fillText`.
 */
export function valuesIn(text: SecretText, held: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = text
    .map((part) => {
      if (typeof part === "string") return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      // What is encoded is written another way in each place: it is read where it stands as it is.
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
