// Starts a stand-in from its executable: `bin/pulumi-resource-<name>` has no extension, so it is plain JavaScript.
const { join } = require("node:path");

module.exports = (name) => {
  require("../load-typescript.js");
  require(join(__dirname, name, "provider.ts"));
};
