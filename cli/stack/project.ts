/** The Pulumi project of this folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError, Option } from "commander";
import { catalogue } from "../../apps";
import { parseDefaults } from "../../src/config/file";
import { suggest } from "../../src/model/nearest";
import { PROJECT } from "../tools/paths";

/** The stack that is made for the embedded cluster. */
export const LOCAL_STACK = "local";

const { project, file: defaults } = parseDefaults(
  "Pulumi.yaml",
  readFileSync(join(PROJECT, "Pulumi.yaml"), "utf8"),
);

/** Pulumi's project, from Pulumi.yaml. */
export const PROJECT_NAME = project;

/** The application that a stack deploys which names none. */
export const DEFAULT_APPLICATION = String(defaults.values.application);

/** The option that names an application of the catalogue. */
export const applicationOption = (what: string): Option =>
  new Option("-a, --application <name>", what).default(DEFAULT_APPLICATION).argParser((name: string) => {
    const known = Object.keys(catalogue);
    if (!known.includes(name))
      throw new InvalidArgumentError(`There is no application "${name}". ${suggest(name, known)}`);
    return name;
  });
