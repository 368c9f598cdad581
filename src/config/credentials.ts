/** The one key of a stack that holds passwords: what it says of them, without them. */
import type { Problem } from "../model/problems";
import { isRecord } from "../model/records";

/** The key, without the project's prefix. */
export const CREDENTIALS = "credentials";

export interface GivenCredentials {
  names: string[];
  problems: Problem[];
}

/** The passwords as they stand in a stack file: each encrypted by itself, so that their names can be read. */
export function givenCredentials(key: string, node: unknown): GivenCredentials {
  const command = (name: string) =>
    `pulumi config set --secret --path ${key}.${name} (it asks for the value)`;
  if (!isRecord(node))
    return {
      names: [],
      problems: [
        { where: key, what: "must be a map of passwords by name", todo: `Run: ${command("<name>")}` },
      ],
    };
  if (isEncrypted(node))
    return {
      names: [],
      problems: [
        {
          where: key,
          what: "it is encrypted as a whole, so that the names cannot be read",
          todo: `Remove it, and set each password by itself: ${command("<name>")}`,
        },
      ],
    };
  return {
    names: Object.keys(node),
    problems: Object.entries(node)
      .filter(([, value]) => !isEncrypted(value))
      .map(([name]) => ({
        where: `${key}.${name}`,
        what: "it is in plain text",
        todo: `Remove it, have the password changed, and run: ${command(name)}`,
      })),
  };
}

/** As Pulumi writes a secret value. */
export const isEncrypted = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
