/** Loads the project's TypeScript. This package itself is compiled. */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Lets `require` load the TypeScript of a project, without checking types. It is one of the slower packages: it is loaded when needed. */
export function loadTypeScript(project: string): void {
  // A command that runs from its own sources has done so.
  if (require.extensions[".ts"]) return;
  const configuration = join(project, "tsconfig.json");
  const { register } = require("ts-node") as typeof import("ts-node");
  register({
    transpileOnly: true,
    cwd: project,
    compiler: require.resolve("typescript"),
    ...(existsSync(configuration) ? { project: configuration } : { skipProject: true }),
    // Whatever the project compiles to, it is loaded by `require` here.
    compilerOptions: { module: "commonjs", moduleResolution: "node10", esModuleInterop: true },
  });
}
