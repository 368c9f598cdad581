/** Reads the names of the passwords in a stack's config, without their values. */
import type { Problem } from "../model/problems";
import { isRecord } from "../model/records";

/** The key, without the prefix of the project. */
export const CREDENTIALS = "credentials";

/** The names of the passwords in a stack's config, and the problems of that part of the config. */
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

/** Whether a value is an encrypted one, as Pulumi writes it. */
export const isEncrypted = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).join() === "secure";
