// Starts a program of the node. Plain JavaScript, because in a clone the program itself is TypeScript.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const [name, ...args] = process.argv.slice(2);
if (!existsSync(join(__dirname, `${name}.js`))) require("../../transpile.js");
require(join(__dirname, name)).main(args);
