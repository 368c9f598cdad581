// Loads TypeScript as ts-node does with swc, but transpiles a text only once: every command and every update loads some 200 files.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { dirname, join, sep } = require("node:path");

const project = join(__dirname, "..", "tsconfig.json");
const library = require.resolve("ts-node/package.json");
const folder = join(dirname(library), "..", ".cache", "flotilla", "transpiled");
const base = [
  process.version,
  require(library).version,
  require("@swc/core/package.json").version,
  readFileSync(project, "utf8"),
].join("\0");

/** The source maps of loaded files: the file of each, or its text. */
const maps = new Map();
const earlier = require.extensions[".ts"];

require.extensions[".ts"] = (module, file) => {
  if (earlier && file.includes(`${sep}node_modules${sep}`)) return earlier(module, file);
  module._compile(transpiled(readFileSync(file, "utf8"), file), file);
};

// The library of ts-node, so that both answer for their own files.
createRequire(library)("@cspotcode/source-map-support").install({
  environment: "node",
  retrieveSourceMap: (file) => {
    const map = maps.get(file);
    return map === undefined ? null : { url: file, map: { ...JSON.parse(map()), sources: [file] } };
  },
});

function transpiled(text, file) {
  const stem = join(folder, createHash("sha256").update(`${base}\0${text}`).digest("hex"));
  try {
    const code = readFileSync(`${stem}.js`, "utf8");
    maps.set(file, () => readFileSync(`${stem}.map`, "utf8"));
    return code;
  } catch {
    const { code, map } = transpile(text, file);
    maps.set(file, () => map);
    keep(`${stem}.map`, map);
    keep(`${stem}.js`, code);
    return code;
  }
}

let service;
function transpile(text, file) {
  // Only when it is needed: loading ts-node takes longer than reading everything from the cache.
  service ??= require("ts-node").create({ transpileOnly: true, swc: true, project });
  const [code, map] = service.compile(text, file).split(/\/\/# sourceMappingURL=data:[^,]*base64,/);
  return { code, map: Buffer.from(map, "base64").toString() };
}

/** Writes a file that other processes may be writing as well. */
function keep(file, text) {
  try {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch {
    // The packages may belong to another user.
  }
}
