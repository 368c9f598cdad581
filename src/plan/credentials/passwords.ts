import type { CredentialPlan } from "../plan";

/** Characters of a generated password: letters and digits, the only ones all stores take without quoting. */
export const PASSWORD_LENGTH = 32;

/** A password that Flotilla makes. */
export const generatedPassword = (protect: boolean): CredentialPlan => ({
  source: "generated",
  length: PASSWORD_LENGTH,
  protect,
});
