// Starts a stand-in from its executable: `bin/pulumi-resource-<name>` has no extension, so it is plain JavaScript.
const { join } = require("node:path");

module.exports = (name) => {
  require("ts-node").register({
    transpileOnly: true,
    project: join(__dirname, "..", "..", "..", "tsconfig.json"),
  });
  require(join(__dirname, name, "index.ts"));
};
