#!/usr/bin/env node
// The `flotilla` command: TypeScript, transpiled as it is loaded.
const { join } = require("node:path");

try {
  require("ts-node").register({ transpileOnly: true, project: join(__dirname, "..", "tsconfig.json") });
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  process.stderr.write("flotilla's packages are not installed. Run: make setup\n");
  process.exit(1);
}
try {
  require("./main.ts");
} catch (error) {
  // What is read as the command line is put together: Pulumi.yaml.
  if (error.name !== "FlotillaError") throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
