/** The folders of the project, the imports between them, and their file names. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { basename, dirname, join, relative, resolve } from "node:path";
import { PROJECT } from "../../cli/tools/paths";

/** Folders whose modules a folder may import, in addition to its own. */
const ROOMS: Record<string, readonly string[]> = {
  apps: ["src/model"],
  "src/model": [],
  "src/config": ["src/model"],
  "src/plan": ["src/model", "src/config"],
  "src/runtime": ["src/model", "src/config", "src/plan"],
  components: ["src"],
  "cli/core": ["src"],
  "cli/terminal": ["src", "cli/core", "cli/tools"],
  "cli/tools": ["src", "cli/terminal", "cli/core"],
  "cli/stack": ["src", "cli/core", "cli/terminal", "cli/tools"],
  "cli/commands": ["src", "cli"],
};

/** Folders from which a folder may only import types. */
const TYPES: Record<string, readonly string[]> = { "cli/core": ["cli/stack", "cli/tools"] };

/** Sandbox commands: `cli/main.ts` loads them and `dev` only when they are used. */
const SANDBOX_COMMANDS = ["demo", "sandbox", "sandbox-env", "sandbox-tools"].map(
  (name) => `cli/commands/${name}.ts`,
);

/** Folders that do no I/O, and the packages that they may import. */
const PURE_ROOMS = ["apps", "src/model", "src/config", "src/plan", "cli/core"];
const PURE_PACKAGES = [
  ...["zod", "yaml", "ajv", "fastest-levenshtein", "node:crypto", "node:util", "node:zlib"],
  ...["@dagrejs/dagre", "diff", "js-yaml", "chalk", "cli-table3", "typescript"],
];
/** Files that read: a chart's files, the package's location, and the files next to an inventory. */
const CHART = "src/plan/chart.ts";
const READERS = [CHART, "src/plan/package.ts", "src/model/disk.ts"];

interface Import {
  name: string;
  /** Returns the path relative to the project; undefined for a package. */
  target?: string;
  isType: boolean;
}

const filesOf = (room: string): string[] =>
  readdirSync(join(PROJECT, room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `${room}/${file}`);

function importsOf(file: string): Import[] {
  const source = readFileSync(join(PROJECT, file), "utf8");
  const statements = source.matchAll(
    /^(import|export)( type)? [^;]*? from "([^"]+)"|\bimport\(\s*"([^"]+)"|^import "([^"]+)"/gm,
  );
  return [...statements].map(([, , type, from, called, bare]) => {
    const name = (from ?? called ?? bare) as string;
    const isType = type !== undefined;
    return name.startsWith(".") ? { name, isType, target: resolved(file, name) } : { name, isType };
  });
}

function resolved(file: string, name: string): string {
  const path = resolve(PROJECT, dirname(file), name);
  const found = [`${path}.ts`, join(path, "index.ts"), path].find((candidate) => existsSync(candidate));
  assert.ok(found, `${file} imports ${name}, which does not exist`);
  return relative(PROJECT, found);
}

const isIn = (path: string, rooms: readonly string[]) => rooms.some((room) => path.startsWith(`${room}/`));

describe("the architecture", () => {
  for (const [room, known] of Object.entries(ROOMS))
    it(`${room} imports ${known.length === 0 ? "nothing" : known.join(", ")}`, () => {
      const files = filesOf(room);
      assert.ok(files.length > 0);
      const strangers = files.flatMap((file) =>
        importsOf(file).flatMap(({ name, target, isType }) => {
          const allowed = [room, ...known, ...(isType ? (TYPES[room] ?? []) : [])];
          if (SANDBOX_COMMANDS.includes(file)) allowed.push("dev");
          return target === undefined || isIn(target, allowed) ? [] : [`${file} imports ${name}`];
        }),
      );
      assert.deepEqual(strangers, []);
    });

  for (const room of PURE_ROOMS)
    it(`${room} does no I/O`, () => {
      for (const file of filesOf(room).filter((file) => !READERS.includes(file)))
        for (const { name, isType } of importsOf(file).filter(({ target }) => target === undefined))
          assert.ok(isType || PURE_PACKAGES.includes(name), `${file} imports ${name}`);
    });

  it(`${READERS.join(" and ")} read files and do nothing else`, () => {
    const packages = READERS.flatMap(importsOf).flatMap(({ name, target }) =>
      target === undefined ? [name] : [],
    );
    for (const name of packages)
      assert.ok(
        ["node:crypto", "node:fs", "node:path", "node:zlib", "yaml"].includes(name),
        `it imports ${name}`,
      );
  });

  it("the program imports no tool and no command", () => {
    const seen = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const { name, target } of importsOf(file)) {
        const isKnown =
          target === undefined
            ? builtinModules.includes(name.replace("node:", "")) ||
              /^(@pulumi\/|zod|yaml|ajv|fastest-)/.test(name)
            : !isIn(target, ["cli", "dev", "tests"]);
        assert.ok(isKnown, `${file} imports ${name}`);
        if (target !== undefined) visit(target);
      }
    };
    visit("index.ts");
    assert.ok(seen.size > 20);
  });

  it("two files in sibling folders never share a name", () => {
    const files = ["apps", "cli", "components", "dev", "src"].flatMap(filesOf);
    const places: Record<string, string[]> = {};
    for (const file of files) {
      // All store kinds have the same parts.
      if (/\/index\.ts$|^src\/plan\/stores\/[^/]+\//.test(file)) continue;
      const place = `${dirname(dirname(file))}: ${basename(file)}`;
      places[place] = [...(places[place] ?? []), file];
    }
    assert.deepEqual(
      Object.values(places).filter((same) => same.length > 1),
      [],
    );
  });

  it("has at most ten folders at the top", () => {
    const folders = readdirSync(PROJECT, { withFileTypes: true }).filter(
      (entry) =>
        entry.isDirectory() && !entry.name.startsWith(".") && !["dist", "node_modules"].includes(entry.name),
    );
    assert.ok(folders.length <= 10, folders.map(({ name }) => name).join(", "));
  });
});
