/** Loads the project's TypeScript: the inventories. This package itself is compiled. */
import { readFileSync } from "node:fs";
import type { Module } from "node:module";

interface Compiling extends Module {
  _compile(code: string, file: string): void;
}

/**
 * Lets `require` load TypeScript, without checking its types. ts-node would do so as well, but npm installs it with a version of
 * TypeScript of its own choice, which need not be one that Pulumi accepts.
 */
export function loadTypeScript(): void {
  // A command that runs from its own sources has done so.
  if (require.extensions[".ts"]) return;
  const ts = require("typescript") as typeof import("typescript");
  // Errors name the lines of the source.
  process.setSourceMapsEnabled(true);
  require.extensions[".ts"] = (module: Module, file: string) => {
    const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), {
      fileName: file,
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2022,
        esModuleInterop: true,
        inlineSourceMap: true,
      },
    });
    (module as Compiling)._compile(outputText, file);
  };
}
