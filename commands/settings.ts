/** Settings of a stack from its files, without the engine. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { catalogue } from "../apps";
import { CREDENTIALS, givenCredentials, isEncrypted } from "../config/credentials";
import type { Settings } from "../config/schema";
import { readSettings } from "../config/settings";
import type { Application } from "../model/application";
import { FlotillaError } from "../model/problems";
import { ToolError } from "../tools/failure";
import { PROJECT } from "../tools/paths";
import { PROJECT_DEFAULTS, PROJECT_NAME } from "./stack";

interface StackFile {
  config?: Record<string, unknown>;
}

/** @throws ToolError when there is no such stack file, FlotillaError when its settings are wrong. */
export function settingsOfStack(stack: string): { settings: Settings; application: Application } {
  // A stack may be named with its organization and project in front.
  const file = `Pulumi.${stack.split("/").at(-1)}.yaml`;
  if (!existsSync(join(PROJECT, file)))
    throw new ToolError(`there is no ${file}; a stack is described by such a file`);
  const config: Record<string, unknown> = { ...PROJECT_DEFAULTS, ...read(file).config };
  const secretKeys = Object.keys(config).filter((key) => isEncrypted(config[key]));
  const key = `${PROJECT_NAME}:${CREDENTIALS}`;
  const credentials = config[key] === undefined ? undefined : givenCredentials(key, config[key]);
  const values = Object.entries(config).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return readSettings(
    { project: PROJECT_NAME, stack, values: Object.fromEntries(values), secretKeys, credentials },
    catalogue,
  );
}

function read(file: string): StackFile {
  try {
    return (parse(readFileSync(join(PROJECT, file), "utf8")) ?? {}) as StackFile;
  } catch (error) {
    throw new FlotillaError([
      {
        where: file,
        what: `it is no YAML: ${(error as Error).message.split("\n")[0]}`,
        todo: "Correct it there.",
      },
    ]);
  }
}
