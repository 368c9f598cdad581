import type { Alphabet } from "../../model/secrets";
import type { CredentialPlan } from "../plan";

/** Length of a generated password, in characters. */
export const PASSWORD_LENGTH = 32;

/** Returns a generated password. `protect`: whether the stack refuses to delete it. */
export const generatedPassword = (protect: boolean): CredentialPlan => ({
  source: "generated",
  length: PASSWORD_LENGTH,
  protect,
});

/** The inputs of a RandomPassword resource for each alphabet. */
const CHARACTERS = {
  // Only letters and digits, which need no quoting in any store or connection string.
  alphanumeric: { special: false },
  hex: { special: true, overrideSpecial: "0123456789abcdef", upper: false, lower: false, numeric: false },
  base64url: { special: true, overrideSpecial: "-_" },
} satisfies Record<Alphabet, object>;

/** Returns the inputs of the RandomPassword resource of a generated password. */
export const passwordInputs = ({
  length,
  alphabet = "alphanumeric",
}: {
  length: number;
  alphabet?: Alphabet;
}) => ({ length, ...CHARACTERS[alphabet] });

/** The inputs of a RandomPassword that would create a new value if they changed. */
export const PASSWORD_INPUTS = ["length", "special", "overrideSpecial", "upper", "lower", "numeric"];
