/** The Pulumi project of this folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { parseDefaults } from "../../src/config/file";
import { suggest } from "../../src/model/nearest";
import { hasProject, PROJECT } from "../tools/paths";
import { catalogue } from "./catalogue";

/** The stack that is made for the embedded cluster. */
export const LOCAL_STACK = "local";

/** Pulumi.yaml. Commands that need no project are defined without one. */
const { project, file: defaults } = parseDefaults(
  "Pulumi.yaml",
  hasProject ? readFileSync(join(PROJECT, "Pulumi.yaml"), "utf8") : "name: none",
);

/** Pulumi's project, from Pulumi.yaml. */
export const PROJECT_NAME = project;

/** The application that a stack deploys which names none. */
export const DEFAULT_APPLICATION = String(defaults.values.application ?? "");

/** The option that names an application of the catalogue; it must be given where Pulumi.yaml names none. */
export function applicationOption(what: string): Option {
  const option = new Option("-a, --application <name>", what).argParser((name: string) => {
    const known = Object.keys(catalogue());
    if (!known.includes(name))
      throw new InvalidArgumentError(`There is no application "${name}". ${suggest(name, known)}`);
    return name;
  });
  if (DEFAULT_APPLICATION !== "") return option.default(DEFAULT_APPLICATION);
  return hasProject ? option.makeOptionMandatory() : option;
}
