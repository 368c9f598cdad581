/** Loads the project's inventories, which are TypeScript. This package itself is compiled. */
import { readFileSync } from "node:fs";
import type { Module } from "node:module";

interface Compiling extends Module {
  _compile(code: string, file: string): void;
}

/**
 * Lets `require` load TypeScript without type checking. Not with ts-node, because npm may install it with a TypeScript version
 * that Pulumi does not accept.
 */
export function loadTypeScript(): void {
  // Commands that run from their sources have already registered ts-node.
  if (require.extensions[".ts"]) return;
  const ts = require("typescript") as typeof import("typescript");
  // So that errors name lines of the source.
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
