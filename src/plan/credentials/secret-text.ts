/** Replaces and lists the credentials in texts of Secrets. */
import type { SecretText } from "../plan";
import { ENCODERS } from "./encodings";

/** Replaces the credentials of a text with their values. @throws Error if a value is missing. */
export function fillText(text: SecretText, values: Readonly<Record<string, string>>): string {
  return text
    .map((part) => {
      if (typeof part === "string") return part;
      const value = values[part.credential];
      if (value === undefined) throw new Error(`the credential ${part.credential} has no value`);
      return part.encoding === undefined ? value : ENCODERS[part.encoding].encode(value);
    })
    .join("");
}

/** Returns the credentials in a text, each once. */
export const credentialsIn = (text: SecretText): string[] => [
  ...new Set(text.flatMap((part) => (typeof part === "string" ? [] : [part.credential]))),
];

/** Returns the credentials in several texts, each once. */
export const credentialsInAll = (texts: readonly SecretText[]): string[] => [
  ...new Set(texts.flatMap(credentialsIn)),
];
