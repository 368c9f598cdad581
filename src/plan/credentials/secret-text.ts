/** What a key of a Secret holds, once the values of its credentials are known. */
import type { SecretText } from "../plan";

const ENCODINGS: Record<"uri" | "json", (plain: string) => string> = {
  uri: encodeURIComponent,
  json: (plain) => JSON.stringify(plain),
};

/** The text with every credential in its place. @throws Error for a credential without a value. */
export function fillText(text: SecretText, values: Readonly<Record<string, string>>): string {
  return text
    .map((part) => {
      if (typeof part === "string") return part;
      const value = values[part.credential];
      if (value === undefined) throw new Error(`the credential ${part.credential} has no value`);
      return part.encoding === undefined ? value : ENCODINGS[part.encoding](value);
    })
    .join("");
}

/** The credentials that a text mentions, each once. */
export const credentialsIn = (text: SecretText): string[] => [
  ...new Set(text.flatMap((part) => (typeof part === "string" ? [] : [part.credential]))),
];

/** The credentials that several texts mention, each once. */
export const credentialsInAll = (texts: readonly SecretText[]): string[] => [
  ...new Set(texts.flatMap(credentialsIn)),
];
