// Lets Node.js load TypeScript. What a file becomes is kept: a command starts in half the time when it need not load the compilers.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { SourceMap } = require("node:module");
const { homedir } = require("node:os");
const { basename, isAbsolute, join } = require("node:path");

// As `cacheFolder()` of ./paths, which is itself TypeScript.
const { XDG_CACHE_HOME: base = "" } = process.env;
const folder = join(isAbsolute(base) ? base : join(homedir(), ".cache"), "flotilla", "javascript");

/** What tsconfig.json says, in swc's words. */
const OPTIONS = {
  swcrc: false,
  sourceMaps: "inline",
  module: { type: "commonjs" },
  jsc: { target: "es2022", parser: { syntax: "typescript" }, keepClassNames: true },
};

const swcVersion = require("@swc/core/package.json").version;

/** The same for each copy of a file: it says nothing of where the file is. */
function transpile(file) {
  const source = readFileSync(file, "utf8");
  const name = basename(file);
  const options = { ...OPTIONS, sourceFileName: name };
  const key = createHash("sha256")
    .update(JSON.stringify([swcVersion, options, source]))
    .digest("hex");
  const kept = join(folder, `${key}.js`);
  try {
    return readFileSync(kept, "utf8");
  } catch {
    const { code } = require("@swc/core").transformSync(source, { ...options, filename: name });
    keep(kept, code);
    return code;
  }
}

/** At once or not at all: another command may read it. */
function keep(file, code) {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.${process.pid}`, code, { mode: 0o600 });
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // It is transpiled again the next time.
  }
}

require.extensions[".ts"] = (module, file) => module._compile(transpile(file), file);

const MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;

/** Where a frame of a stack is in the file as it was written; undefined where that is not known. */
function placeOf(frame) {
  const file = frame.getFileName();
  const [, map] = MAP.exec(transpile(file)) ?? [];
  if (map === undefined) return undefined;
  const written = new SourceMap(JSON.parse(Buffer.from(map, "base64").toString()));
  const { originalLine, originalColumn } = written.findEntry(
    frame.getLineNumber() - 1,
    frame.getColumnNumber() - 1,
  );
  return originalLine === undefined ? undefined : `${file}:${originalLine + 1}:${originalColumn + 1}`;
}

function lineOf(frame) {
  const text = String(frame);
  const file = frame.getFileName();
  if (!file?.endsWith(".ts")) return text;
  try {
    return text.replace(
      `${file}:${frame.getLineNumber()}:${frame.getColumnNumber()}`,
      (place) => placeOf(frame) ?? place,
    );
  } catch {
    // The file is gone, or another one by now.
    return text;
  }
}

// Node.js can do that itself, but would read the maps of all packages as they are loaded.
Error.prepareStackTrace = (error, frames) =>
  [String(error), ...frames.map((frame) => `    at ${lineOf(frame)}`)].join("\n");
