/** Where things are: the user's project, this package, and the cache that all projects share. */
import { statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findUpward, PACKAGE, packageOf, versionOf } from "../../src/plan/package";
import { ToolError } from "./failure";

export { PACKAGE };

const found = findUpward(
  process.cwd(),
  (folder) => statSync(join(folder, "Pulumi.yaml"), { throwIfNoEntry: false })?.isFile() === true,
);

/** The project: the nearest folder from the working directory upward that has a Pulumi.yaml. */
export const PROJECT = found ?? process.cwd();

/** Whether the working directory is in a project. */
export const hasProject = found !== undefined;

/** @throws ToolError if there is no project, or if it uses another version of this package than the one that runs. */
export function requireProject(): void {
  if (!hasProject)
    throw new ToolError(
      `there is no Pulumi.yaml in ${process.cwd()} or above it\n  Run flotilla in the folder of your project, or create a project: npx flotilla new project <folder>`,
    );
  const [running, used] = [PACKAGE, packageOf(PROJECT)].map(versionOf);
  if (running !== used)
    throw new ToolError(
      `this is flotilla ${running}, but the project in ${PROJECT} uses flotilla ${used}\n  Run the project's own version there: npx flotilla`,
    );
}

/** The provider stand-ins: one folder each, with an executable in `bin`. */
export const STAND_INS = join(__dirname, "..", "..", "dev", "sandbox", "providers");

/** Built and downloaded tools, by version: `$XDG_CACHE_HOME/flotilla`, by default `~/.cache/flotilla`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment.XDG_CACHE_HOME;
  return join(base?.startsWith("/") ? base : join(homedir(), ".cache"), "flotilla");
}
