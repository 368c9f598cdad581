/**
 * Loaded into every Node.js process that end-to-end tests begin: keeps V8's code of the modules that it loads for the next process of
 * its kind. There are hundreds of them, and an engine's program spends a third of its time on compiling the SDK.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { basename, dirname, join, resolve } = require("node:path");
const vm = require("node:vm");

const [, program = "", command = ""] = process.argv;
if (program !== "") begin(join(resolve(__dirname, ".."), ".flotilla", "code", nameOfKind()));

/** Processes of one kind load the same modules: each program, and each command of the command line. */
function nameOfKind() {
  const name = basename(program);
  const kind = [process.versions.v8, basename(dirname(program)), name, name === "bin.js" ? command : ""];
  return kind.join(" ").replace(/[^\w. -]/g, "_");
}

function begin(file) {
  const known = readKept(file);
  const scripts = new Map();
  const { _compile: compile } = Module.prototype;
  const { USE_MAIN_CONTEXT_DEFAULT_LOADER: importModuleDynamically } = vm.constants;
  Module.prototype._compile = function (content, filename, format) {
    if (format === "module") return compile.call(this, content, filename, format);
    const source = content.replace(/^#!.*/, "");
    const key = createHash("sha1").update(source).digest("base64");
    const cachedData = known.get(key);
    let script;
    try {
      script = new vm.Script(Module.wrap(source), { filename, cachedData, importModuleDynamically });
    } catch {
      // Node.js has the better words, and knows modules of the other sort.
      return compile.call(this, content, filename, format);
    }
    if (cachedData === undefined || script.cachedDataRejected) scripts.set(key, script);
    const { exports } = this;
    return script
      .runInThisContext()
      .call(exports, exports, requireOf(this), this, filename, dirname(filename));
  };
  process.once("exit", () => {
    if (scripts.size > 0) keep(file, known, scripts);
  });
}

/** What a module calls to load another one, as Node.js makes it. */
function requireOf(module) {
  const require = (id) => module.require(id);
  require.resolve = (request, options) => Module._resolveFilename(request, module, false, options);
  require.resolve.paths = (request) => Module._resolveLookupPaths(request, module);
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

/** The code by the digest of what it was made of: a length, an index as JSON, and all code in one piece. */
function readKept(file) {
  try {
    const whole = readFileSync(file);
    const start = 4 + whole.readUInt32LE(0);
    const index = JSON.parse(whole.toString("utf8", 4, start));
    return new Map(index.map(([key, from, to]) => [key, whole.subarray(start + from, start + to)]));
  } catch {
    // There is none yet.
    return new Map();
  }
}

function keep(file, known, scripts) {
  const all = new Map(known);
  for (const [key, script] of scripts) all.set(key, script.createCachedData());
  let end = 0;
  const index = [...all].map(([key, { length }]) => {
    const from = end;
    end += length;
    return [key, from, end];
  });
  const written = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(written.length);
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.${process.pid}`, Buffer.concat([length, written, ...all.values()]), {
      mode: 0o600,
    });
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // The next one compiles it again.
  }
}
