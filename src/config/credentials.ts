/** Reads the names of the passwords in a stack's config, without their values. */
import type { Problem } from "../model/problems";
import { isRecord } from "../model/records";

/** The key, without the prefix. */
export const CREDENTIALS = "credentials";

/** The names of the passwords in a stack's config, and the problems found there. */
export interface GivenCredentials {
  names: string[];
  problems: Problem[];
}

/** Reads the passwords of a stack file. Each must be encrypted on its own, so that its name can be read. */
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
          what: "the whole map is encrypted, so the names cannot be read",
          todo: `Remove it and set each password separately: ${command("<name>")}`,
        },
      ],
    };
  return {
    names: Object.keys(node),
    problems: Object.entries(node)
      .filter(([, value]) => !isEncrypted(value))
      .map(([name]) => ({
        where: `${key}.${name}`,
        what: "the password is in plain text",
        todo: `Remove it, change the password, and run: ${command(name)}`,
      })),
  };
}

/** Whether a value is encrypted by Pulumi. */
export const isEncrypted = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
