/** What Jobs run inside a store: a script, the program that runs it, and the variables that it reads. */
import { credentialName, rotatedAccounts } from "../credentials";
import type { SecretText } from "../plan";
import type { StoreShape } from "./shape";

/** A script, and the program that runs it. */
export interface Script {
  text: string;
  runner: "bash" | "mongosh";
}

/** Runs a script in a store's own image. */
export function commandOf({ text, runner }: Script): {
  command: string[];
  args: string[];
  files?: Record<string, string>;
} {
  return runner === "bash"
    ? { command: ["bash", "-euo", "pipefail", "-c"], args: [text] }
    : {
        command: ["mongosh", "--nodb", "--quiet", "--norc"],
        args: ["/flotilla/script.js"],
        files: { "/flotilla/script.js": text },
      };
}

/** The environment variable with an account's password; the internal accounts have names that no account can have. */
export const variableOf = (account: string): string =>
  `${account.replaceAll("-", "_").toUpperCase()}_PASSWORD`;

/** The environment variable with the password before that. */
export const previousVariableOf = (account: string): string => `${variableOf(account)}_BEFORE`;

/** What an account was called in all generations before this one: an earlier end may have been missed. */
export const olderNames = (shape: StoreShape, nameIn: (generation: StoreShape) => string): string[] =>
  Array.from({ length: shape.generation - 1 }, (_, index) => nameIn({ ...shape, generation: index + 1 }));

/** The passwords of accounts, by variable. */
export const passwordVariables = (
  shape: StoreShape,
  accounts: readonly string[],
): Record<string, SecretText> =>
  Object.fromEntries(
    accounts.map((account) => [variableOf(account), [{ credential: credentialName(shape, account) }]]),
  );

/** The passwords that a rotation replaces, each with the one before it, by variable. */
export const rotationVariables = (shape: StoreShape, before: StoreShape): Record<string, SecretText> =>
  Object.fromEntries(
    rotatedAccounts(shape).flatMap((account) => [
      [variableOf(account), [{ credential: credentialName(shape, account) }]],
      [previousVariableOf(account), [{ credential: credentialName(before, account) }]],
    ]),
  );
