// Transpiles as ts-node does with swc, but the same text only once: every command and every update loads some 200 files.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, extname, join } = require("node:path");

const library = require.resolve("ts-node/package.json");
const folder = join(dirname(library), "..", ".cache", "flotilla", "transpiled");
const versions = [process.version, require(library).version, require("@swc/core/package.json").version];

/** A transpiler for ts-node: https://typestrong.org/ts-node/docs/transpilers */
exports.create = (options) => {
  const compilerOptions = JSON.stringify(options.service.config.options);
  let swc;
  const transpile = (code, how) => {
    // Only when it is needed: loading it takes longer than reading everything from the cache.
    swc ??= require("ts-node/transpilers/swc").create(options);
    return swc.transpile(code, how);
  };
  return {
    transpile(code, how) {
      const parts = [...versions, compilerOptions, extname(how.fileName), code];
      const file = join(folder, `${createHash("sha256").update(parts.join("\0")).digest("hex")}.json`);
      return read(file) ?? keep(file, transpile(code, how));
    },
  };
};

function read(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // It is not there, or was cut off.
    return undefined;
  }
}

/** Writes a file that other processes may be writing as well. */
function keep(file, output) {
  try {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, JSON.stringify(output));
    renameSync(unfinished, file);
  } catch {
    // The packages may belong to another user.
  }
  return output;
}
