#!/usr/bin/env node
// The `flotilla` command: compiled in the package; in a clone, TypeScript that is transpiled as it is loaded.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const isCompiled = !existsSync(join(__dirname, "main.ts"));
try {
  if (!isCompiled) require("../dev/transpile.js");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  process.stderr.write("flotilla's packages are not installed. Run: make setup\n");
  process.exit(1);
}
try {
  require(isCompiled ? "../dist/cli/main.js" : "./main.ts");
} catch (error) {
  // What is read as the command line is put together: Pulumi.yaml.
  if (error.name !== "FlotillaError") throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
