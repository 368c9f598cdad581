/** Who may know whom: the rooms of the house and the imports between them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { PROJECT } from "../../tools/paths";

/** Rooms whose modules a room may import, besides its own. */
const ROOMS: Record<string, readonly string[]> = {
  model: [],
  apps: ["model"],
  config: ["model"],
  plan: ["model", "config"],
  components: ["model", "plan"],
  graph: ["model", "plan"],
  diff: ["model", "plan"],
  explain: ["model", "plan"],
  runtime: ["model", "config", "plan"],
  tools: ["plan", "runtime", "graph", "apps", "config", "model"],
  live: ["model", "config", "plan", "diff", "explain", "runtime", "tools"],
  commands: ["model", "config", "plan", "graph", "diff", "explain", "live", "apps", "runtime", "tools"],
};

/** Packages that the pure rooms may import: none does I/O. */
const PURE = [
  "zod",
  "yaml",
  "ajv",
  "fastest-levenshtein",
  "node:crypto",
  "node:util",
  "@dagrejs/dagre",
  "diff",
  "js-yaml",
];

const filesOf = (room: string): string[] =>
  readdirSync(join(PROJECT, room), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join(PROJECT, room, file));

const importsOf = (file: string): string[] =>
  [...readFileSync(file, "utf8").matchAll(/(?:from|require\(|import\()\s*"([^"]+)"/g)].map(
    ([, name]) => name as string,
  );

describe("the house", () => {
  for (const [room, known] of Object.entries(ROOMS))
    it(`${room} knows ${known.length === 0 ? "nobody" : known.join(", ")}`, () => {
      const files = filesOf(room);
      assert.ok(files.length > 0);
      for (const file of files)
        for (const name of importsOf(file).filter((name) => name.startsWith("."))) {
          const target = relative(PROJECT, resolve(dirname(file), name)).split("/")[0] as string;
          assert.ok(target === room || known.includes(target), `${relative(PROJECT, file)} imports ${name}`);
        }
    });

  for (const room of ["model", "apps", "config", "plan", "graph", "diff", "explain"])
    it(`${room} does no I/O, but for a chart's own files in plan/chart.ts`, () => {
      for (const file of filesOf(room).filter((file) => file !== join(PROJECT, "plan/chart.ts")))
        for (const name of importsOf(file).filter((name) => !name.startsWith(".")))
          assert.ok(PURE.includes(name), `${relative(PROJECT, file)} imports ${name}`);
      const allowed = ["node:crypto", "node:fs", "node:path", "yaml"];
      if (room === "plan")
        for (const name of importsOf(join(PROJECT, "plan/chart.ts")).filter((name) => !name.startsWith(".")))
          assert.ok(allowed.includes(name), `plan/chart.ts imports ${name}`);
    });

  it("the program needs no tool and no command", () => {
    const seen = new Set<string>();
    const visit = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const name of importsOf(file)) {
        if (!name.startsWith(".")) {
          const isKnown =
            builtinModules.includes(name.replace("node:", "")) ||
            /^(@pulumi\/|zod|yaml|ajv|fastest-)/.test(name);
          assert.ok(isKnown, `${relative(PROJECT, file)} imports ${name}`);
          continue;
        }
        const path = resolve(dirname(file), name);
        const target = [`${path}.ts`, join(path, "index.ts")].find((candidate) => {
          try {
            return readFileSync(candidate) !== undefined;
          } catch {
            return false;
          }
        });
        assert.ok(target, `${name} in ${file}`);
        const room = relative(PROJECT, target).split("/")[0] as string;
        assert.ok(
          !["tools", "commands", "tests"].includes(room),
          `${relative(PROJECT, file)} imports ${name}`,
        );
        visit(target);
      }
    };
    visit(join(PROJECT, "index.ts"));
    assert.ok(seen.size > 20);
  });
});
