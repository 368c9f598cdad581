// Starts a stand-in. Plain JavaScript, because the executable `bin/pulumi-resource-<name>` has no extension for ts-node.
const { existsSync } = require("node:fs");
const { join } = require("node:path");

module.exports = (name) => {
  const folder = join(__dirname, name);
  if (!existsSync(join(folder, "index.js")))
    require("ts-node").register({
      transpileOnly: true,
      project: join(__dirname, "..", "..", "..", "tsconfig.json"),
    });
  require(folder);
};
