/** Reads one settings file: a layer, a stack file, or the defaults of the project. */
import { distance } from "fastest-levenshtein";
import { suggest } from "../model/nearest";
import { pathOf } from "../model/paths";
import { FlotillaError, type Problem } from "../model/problems";
import { isRecord } from "../model/records";
import { isEncrypted } from "./credentials";
import { decode } from "./decode";
import { PREFIX } from "./prefix";
import { settingsSchema } from "./schema";
import { readYaml } from "./yaml";
import { faultsIn, jsonFaults } from "./yaml-problems";

export { pathOf } from "../model/paths";

/** The kind of a settings file. */
export type FileKind = "project" | "layer" | "stack";

/** The settings in one file, before they are merged. */
export interface SettingsFile {
  kind: FileKind;
  /** Path in the project. */
  path: string;
  /** Values by key, without the prefix. `null` removes the value of earlier files. */
  values: Record<string, unknown>;
  /** Line of each key and list entry, by its path, such as `services.cart.tag` or `layers[0]`. */
  lines: ReadonlyMap<string, number>;
  /** Problems in the file itself. */
  problems: Problem[];
  /** Whether the file cannot be parsed. Default: false. */
  isUnreadable?: boolean;
}

/** Parses a layer or a stack file. */
export function parseSettings(
  kind: "layer" | "stack",
  path: string,
  text: string,
  project: string,
): SettingsFile {
  const yaml = readYaml(text);
  if ("broken" in yaml) {
    const { line, ...advice } = yaml.broken;
    const problem = { where: path, ...advice, place: placeOf(path, line) };
    return { ...broken(kind, path, problem), isUnreadable: true };
  }
  const { content } = yaml;
  const config = isRecord(content) ? content.config : undefined;
  const isEmpty =
    content === null ||
    (isRecord(content) && (config === undefined || config === null)) ||
    (isRecord(config) && Object.keys(config).length === 0);
  if (isEmpty)
    return broken(kind, path, {
      where: path,
      what: "the file is empty",
      todo:
        kind === "layer"
          ? "Add settings under `config:`, or remove it from the layers."
          : `A stack file names at least its layers. Write: config: { ${PREFIX}:layers: [dev] }`,
      place: { file: path },
    });
  if (!isRecord(content) || !isRecord(config))
    return broken(kind, path, {
      where: path,
      what: "the file is not a map of settings",
      todo: `Write \`config:\`, and settings such as ${PREFIX}:replicas: 2 below it.`,
      place: { file: path, line: 1 },
    });
  const lines = below("config", yaml.lines);
  const file: SettingsFile = {
    kind,
    path,
    values: {},
    lines: stripped(lines),
    problems: faultsIn(yaml.faults, path),
  };
  const problem = (key: string, what: string, todo: string) =>
    file.problems.push({ where: key, what, todo, place: placeOf(path, lines.get(key)) });
  const values: [string, unknown][] = [];
  for (const [key, value] of Object.entries(config)) {
    const prefix = key.slice(0, key.indexOf(":") + 1);
    const name = key.slice(prefix.length);
    if (prefix === "" && [project, PREFIX].includes(key))
      problem(
        key,
        "this is the prefix of settings, not a map of settings",
        `Write each setting with its prefix, as in ${PREFIX}:replicas: 2.`,
      );
    else if (prefix === "") problem(key, "the key has no prefix", `Write ${PREFIX}:${key}.`);
    else if (prefix === `${PREFIX}:`) {
      values.push([name, decode(name, value)]);
      const faults = typeof value === "string" ? jsonFaults(value) : [];
      const inFile = faults.map((fault) => ({
        ...fault,
        path: ["config", key, ...fault.path],
        line: lines.get(key) ?? 1,
      }));
      file.problems.push(...faultsIn(inFile, path));
    } else if (isMisspelt(prefix.slice(0, -1)) || (prefix === `${project}:` && name in settingsSchema.shape))
      problem(key, `the prefix is not ${PREFIX}`, `Did you mean "${PREFIX}:${name}"?`);
    else if (kind === "layer")
      problem(key, `a layer can only contain ${PREFIX} settings`, "Move it to the stack file.");
  }
  for (const where of unusableKeysIn(Object.fromEntries(values)))
    problem(`${PREFIX}:${where}`, "this name cannot be used as a key", "Rename it.");
  // `fromEntries` also creates a key named `__proto__`.
  file.values = Object.fromEntries(values);
  if (kind === "stack")
    for (const key of Object.keys(content).filter((key) => !OF_PULUMI.includes(key)))
      file.problems.push({
        where: key,
        what: "unknown top-level key in a stack file; Pulumi ignores it",
        todo: key.includes(":") ? "Indent it below `config:`." : suggest(key, OF_PULUMI),
        place: placeOf(path, yaml.lines.get(key)),
      });
  if (kind === "layer") {
    for (const key of Object.keys(content).filter((key) => key !== "config"))
      file.problems.push({
        where: key,
        what: "unknown top-level key in a layer",
        todo: "A layer contains only `config:`, with settings below it.",
        place: placeOf(path, yaml.lines.get(key)),
      });
    for (const where of encryptedIn(file.values))
      problem(
        `${PREFIX}:${where}`,
        "the value is encrypted for one stack, and no other stack can read it",
        "Move it to that stack's file.",
      );
  }
  return file;
}

/** The top-level keys of a stack file that Pulumi reads (sdk/go/common/workspace/project.go, ProjectStack). */
const OF_PULUMI = ["config", "encryptedkey", "encryptionsalt", "environment", "secretsprovider"];

/** Whether a prefix is probably a misspelling of ours. The prefixes of Pulumi's providers differ by more than 2 edits. */
const isMisspelt = (prefix: string): boolean => distance(prefix.toLowerCase(), PREFIX) <= 2;

/** Settings that do not come from a file. */
export const unwritten = (path: string, values: Record<string, unknown>): SettingsFile => ({
  kind: "stack",
  path,
  values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, decode(name, value)])),
  lines: new Map(),
  problems: [],
});

const broken = (kind: FileKind, path: string, problem: Problem): SettingsFile => ({
  kind,
  path,
  values: {},
  lines: new Map(),
  problems: [problem],
});

/** Parses the defaults in Pulumi.yaml. @throws FlotillaError if the text is not a Pulumi project. */
export function parseDefaults(path: string, text: string): { project: string; file: SettingsFile } {
  const yaml = readYaml(text);
  const content = "broken" in yaml ? undefined : yaml.content;
  if ("broken" in yaml || !isRecord(content) || typeof content.name !== "string")
    throw new FlotillaError([
      {
        where: path,
        what: "not a Pulumi project: it has no name",
        todo: `Restore it: git checkout ${path}`,
      },
    ]);
  const { name, config } = content;
  const prefix = `${PREFIX}:`;
  const values = Object.entries(isRecord(config) ? config : {}).flatMap(
    ([key, declared]): [string, unknown][] => {
      const value = isRecord(declared) ? (declared.value ?? declared.default) : declared;
      // Pulumi prefixes a bare key with the project's name.
      const full = key.includes(":") ? key : `${name}:${key}`;
      if (value === undefined || !full.startsWith(prefix)) return [];
      const short = full.slice(prefix.length);
      return [[short, decode(short, value)]];
    },
  );
  const lines = below("config", yaml.lines);
  return {
    project: name,
    file: {
      kind: "project",
      path,
      values: Object.fromEntries(values),
      lines: new Map(values.map(([key]) => [key, lines.get(`${prefix}${key}`) ?? lines.get(key) ?? 1])),
      problems: faultsIn(yaml.faults, path),
    },
  };
}

/** Returns the paths of the encrypted values. */
export function encryptedIn(value: unknown, path: readonly PropertyKey[] = []): string[] {
  if (isEncrypted(value)) return [pathOf(path)];
  if (Array.isArray(value)) return value.flatMap((inner, index) => encryptedIn(inner, [...path, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => encryptedIn(inner, [...path, key]));
}

/** Returns the paths of keys within settings that JavaScript reserves. */
function unusableKeysIn(value: unknown, path: readonly PropertyKey[] = []): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "__proto__" && path.length > 0
      ? [pathOf([...path, key])]
      : unusableKeysIn(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Returns the place of a problem in a file. */
export const placeOf = (file: string, line: number | undefined): NonNullable<Problem["place"]> =>
  line === undefined ? { file } : { file, line };

/** The lines by paths without the prefix. */
function stripped(lines: ReadonlyMap<string, number>): Map<string, number> {
  const prefix = `${PREFIX}:`;
  return new Map(
    [...lines].map(([path, line]) => [path.startsWith(prefix) ? path.slice(prefix.length) : path, line]),
  );
}

/** Returns the line of every key and list entry of a YAML text, by path. */
export function linesIn(text: string): ReadonlyMap<string, number> {
  const yaml = readYaml(text);
  return "broken" in yaml ? new Map() : yaml.lines;
}

/** The lines of the keys below a key. */
const below = (key: string, lines: ReadonlyMap<string, number>): Map<string, number> =>
  new Map(
    [...lines].flatMap(([path, line]) =>
      path.startsWith(`${key}.`) ? [[path.slice(key.length + 1), line]] : [],
    ),
  );
