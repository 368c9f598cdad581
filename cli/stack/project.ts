/** The Pulumi project of this folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { parseDefaults } from "../../src/config/file";
import { suggest } from "../../src/model/nearest";
import { hasProject, PROJECT } from "../tools/paths";
import { catalogue } from "./catalogue";

/** The stack that is created for the sandbox. */
export const LOCAL_STACK = "local";

/** Pulumi.yaml, with a substitute for commands that need no project. */
const { project, file: defaults } = parseDefaults(
  "Pulumi.yaml",
  hasProject ? readFileSync(join(PROJECT, "Pulumi.yaml"), "utf8") : "name: none",
);

/** The name of the Pulumi project. */
export const PROJECT_NAME = project;

/** The application of stacks whose settings do not name one. */
export const DEFAULT_APPLICATION = String(defaults.values.application ?? "");

/** The option for an application of the catalogue; required if Pulumi.yaml names none. */
export function applicationOption(what: string): Option {
  const option = new Option("-a, --application <name>", what).argParser((name: string) => {
    const known = Object.keys(catalogue());
    if (!known.includes(name))
      throw new InvalidArgumentError(`Unknown application "${name}". ${suggest(name, known)}`);
    return name;
  });
  if (DEFAULT_APPLICATION !== "") return option.default(DEFAULT_APPLICATION);
  return hasProject ? option.makeOptionMandatory() : option;
}
