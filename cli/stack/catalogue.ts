/** The catalogue of the project, exported by its `apps/index.ts`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { FlotillaError, type Problem } from "../../src/model/problems";
import { isRecord } from "../../src/model/records";
import type { Catalogue } from "../../src/model/written";
import { PROJECT, requireProject } from "../tools/paths";
import { loadTypeScript } from "../tools/typescript";

const APPS = join(PROJECT, "apps");
const EXAMPLE = "export const catalogue = { shop };";

let known: Catalogue | undefined;

/** Returns the catalogue, loaded on the first call. @throws FlotillaError if it cannot be loaded or is not a catalogue. */
export function catalogue(): Catalogue {
  known ??= load();
  return known;
}

function load(): Catalogue {
  requireProject();
  const file = ["index.ts", "index.js"].find((name) => existsSync(join(APPS, name)));
  if (file === undefined)
    throw refusal({
      where: "apps/index.ts",
      what: "the file does not exist; it lists the applications of the project",
      todo: `Create it: ${EXAMPLE}`,
    });
  const path = join(APPS, file);
  if (path.endsWith(".ts")) loadTypeScript();
  let exported: { catalogue?: unknown };
  try {
    exported = require(path) as { catalogue?: unknown };
  } catch (error) {
    throw failureOf(error);
  }
  const { catalogue } = exported;
  if (!isRecord(catalogue) || Array.isArray(catalogue))
    throw refusal({
      where: `apps/${file}`,
      what: "it does not export `catalogue`, a map of applications by name",
      todo: `Add: ${EXAMPLE}`,
    });
  const double = overwritten(path, Object.keys(catalogue).length);
  if (double) throw refusal(double);
  return catalogue as Catalogue;
}

/** Why the inventories cannot be loaded: their syntax errors, or else the error that one of them throws. */
function failureOf(error: unknown): FlotillaError {
  const { message = String(error), stack = "" } = error instanceof Error ? error : {};
  const named = [...`${message}\n${stack}`.matchAll(/([^\s():[\]]+\.[cm]?[jt]s):(\d+)/g)].flatMap(
    ([, path = "", line]) => (isOwn(path) ? [{ path, line: Number(line) }] : []),
  );
  const faults = faultsIn([...sourcesOfApps(), ...named.map(({ path }) => path)]);
  if (faults.length > 0) return refusal(...faults);
  const at = named.find(({ path }) => path.startsWith(APPS + sep)) ?? named[0];
  const missing = /^Cannot find module '([^'.][^']*)'/.exec(message)?.[1];
  if (missing !== undefined)
    return refusal({
      where: at ? placeOf(at.path, lineWith(at.path, missing) ?? at.line) : "apps",
      what: `package ${missing} is not installed`,
      todo: "Install the project's packages: npm install",
    });
  return refusal({
    where: at ? placeOf(at.path, at.line) : "apps",
    what: `cannot load the inventories: ${message.split("\n")[0]}`,
    todo: "Fix the code there.",
  });
}

const placeOf = (path: string, line: number): string => `${relative(PROJECT, path)}:${line}`;

/** The line that imports a module. */
function lineWith(path: string, module: string): number | undefined {
  const lines = readFileSync(path, "utf8").split("\n");
  const index = lines.findIndex((line) => line.includes(`"${module}"`) || line.includes(`'${module}'`));
  return index < 0 ? undefined : index + 1;
}

/** Whether a path is a source file of the project and not of one of its packages. */
const isOwn = (path: string): boolean =>
  path.startsWith(PROJECT + sep) && !path.includes(`${sep}node_modules${sep}`) && existsSync(path);

const sourcesOfApps = (): string[] =>
  readdirSync(APPS, { recursive: true, encoding: "utf8" })
    .filter((file) => /(?<!\.d)\.[cm]?[jt]s$/.test(file))
    .map((file) => join(APPS, file));

function faultsIn(paths: readonly string[]): Problem[] {
  // Loaded lazily: the compiler is slow to load and needed only here.
  const { syntaxFaults } = require("../core/syntax") as typeof import("../core/syntax");
  return [...new Set(paths)].flatMap((path) =>
    syntaxFaults(path, readFileSync(path, "utf8")).map(({ line, what }) => ({
      where: placeOf(path, line),
      what: `syntax error: ${what}`,
      todo: "Fix it.",
    })),
  );
}

/** Reports an application that another one of the same name has overwritten in the catalogue. */
function overwritten(index: string, entries: number): Problem | undefined {
  const files = new Map<string, { file: string; application: object }>();
  for (const [path, module] of Object.entries(require.cache)) {
    if (!path.startsWith(APPS + sep) || path === index || !isRecord(module?.exports)) continue;
    for (const application of Object.values(module.exports)) {
      if (!isRecord(application) || !isRecord(application.services)) continue;
      const name = String(application.name);
      const file = relative(PROJECT, path);
      const other = files.get(name);
      if (other && other.application !== application && isShort(index, entries))
        return {
          where: relative(PROJECT, index),
          what: `two applications are named ${name}: ${other.file} and ${file}`,
          todo: "Give one of them another name.",
        };
      files.set(name, { file, application });
    }
  }
  return undefined;
}

/** Whether the map has fewer applications than its source lists. */
function isShort(index: string, entries: number): boolean {
  const { entriesOfCatalogue } = require("../core/syntax") as typeof import("../core/syntax");
  return (entriesOfCatalogue(readFileSync(index, "utf8")) ?? 0) > entries;
}

const refusal = (...problems: Problem[]): FlotillaError => new FlotillaError(problems);
