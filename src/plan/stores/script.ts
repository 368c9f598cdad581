/** The scripts of a store's Jobs, and the variables that they read. */
import { credentialName, rotatedAccounts } from "../credentials";
import type { SecretText } from "../plan";
import type { StoreShape } from "./shape";

/** A script, and the program that runs it. */
export interface Script {
  text: string;
  runner: "bash" | "mongosh";
}

/** Returns the command of a container that runs a script in the store's own image. */
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

/** Returns the variable with the password of an account. Names of internal accounts are reserved, so variables are unique. */
export const variableOf = (account: string): string =>
  `${account.replaceAll("-", "_").toUpperCase()}_PASSWORD`;

/** Returns the variable with the previous password of an account. */
export const previousVariableOf = (account: string): string => `${variableOf(account)}_BEFORE`;

/** Returns the user names of all earlier generations, because the last step of an earlier rotation may have failed. */
export const olderNames = (shape: StoreShape, nameIn: (generation: StoreShape) => string): string[] =>
  Array.from({ length: shape.generation - 1 }, (_, index) => nameIn({ ...shape, generation: index + 1 }));

/** Returns the passwords of accounts, by variable. */
export const passwordVariables = (
  shape: StoreShape,
  accounts: readonly string[],
): Record<string, SecretText> =>
  Object.fromEntries(
    accounts.map((account) => [variableOf(account), [{ credential: credentialName(shape, account) }]]),
  );

/** Returns the new and the previous passwords of a rotation, by variable. */
export const rotationVariables = (shape: StoreShape, before: StoreShape): Record<string, SecretText> =>
  Object.fromEntries(
    rotatedAccounts(shape).flatMap((account) => [
      [variableOf(account), [{ credential: credentialName(shape, account) }]],
      [previousVariableOf(account), [{ credential: credentialName(before, account) }]],
    ]),
  );
