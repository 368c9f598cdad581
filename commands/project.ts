/** The Pulumi project of this folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDefaults } from "../config/file";
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
