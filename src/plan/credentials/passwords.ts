import type { CredentialPlan } from "../plan";

/** Length of a generated password, in characters. */
export const PASSWORD_LENGTH = 32;

/** Returns a generated password. `protect`: whether the stack refuses to delete it. */
export const generatedPassword = (protect: boolean): CredentialPlan => ({
  source: "generated",
  length: PASSWORD_LENGTH,
  protect,
});
