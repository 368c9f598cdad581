/** The services in `examples/`. Their Dockerfiles build the same programs for a registry. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../../cli/tools/paths";

export const exampleFolder = (name: string): string => join(PROJECT, "examples", name);

/** Whether the project has the source of a service. */
export const hasExample = (name: string): boolean =>
  existsSync(join(exampleFolder(name), "package-lock.json"));
