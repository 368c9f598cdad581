/** Secrets of an application: values that belong to no account, such as a signing key, a cookie secret or a token that services share. */
import type { Reason } from "./application";

/** The alphabets of generated secrets: letters and digits; lower-case hexadecimal digits; letters, digits, `-` and `_`. */
export const ALPHABETS = ["alphanumeric", "hex", "base64url"] as const;
export type Alphabet = (typeof ALPHABETS)[number];

/** A secret value that belongs to no account. It is generated once and kept encrypted in the state, unless it is `given`. */
export interface Secret {
  /** What the value is for. */
  reason: Reason;
  /** Number of characters: 16 to 256, for `hex` 32 to 256. Default: 32, for `hex` 64. */
  length?: number;
  /** The characters that the value can have. Default: `alphanumeric`, letters and digits. */
  alphabet?: Alphabet;
  /** Whether others create the value, such as a payment provider. Stacks set it (`flotilla:credentials`). Default: it is generated. */
  given?: true;
}

/** The smallest and the default number of characters, by alphabet. The smallest has at least 95 bits. */
export const LENGTHS: Record<Alphabet, { min: number; usual: number }> = {
  alphanumeric: { min: 16, usual: 32 },
  hex: { min: 32, usual: 64 },
  base64url: { min: 16, usual: 32 },
};

/** The largest number of characters of a generated secret. */
export const MAX_LENGTH = 256;

/** Returns the number of characters and the alphabet of a generated secret. */
export function shapeOfSecret({ alphabet = "alphanumeric", length }: Secret): {
  alphabet: Alphabet;
  length: number;
} {
  return { alphabet, length: length ?? LENGTHS[alphabet].usual };
}
