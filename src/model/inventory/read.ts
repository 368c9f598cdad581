/** Reads an inventory. Reports every invalid key and value before anything is planned. */
import type { Application, StoreKind } from "../application";
import { own } from "../graph";
import { type Issue, isMissing, mustBe, ofMeantAlternative } from "../issues";
import { suggest } from "../nearest";
import { pathOf } from "../paths";
import { PRESETS } from "../presets";
import { type Problem, refuse } from "../problems";
import { mapValues } from "../records";
import { keysAt } from "../schema-tree";
import { factsOf, knownKinds } from "../store-kinds";
import type { Catalogue } from "../written";
import { type ApplicationRead, applicationSchema } from "./schema";
import { strangeIn } from "./strange";

/** The result of reading an inventory. */
export interface ReadInventory {
  /** The application. Undefined if there are problems. */
  application?: Application;
  problems: readonly Problem[];
}

const read = new WeakMap<object, ReadInventory>();

/** Reads the inventory that a file in `apps` exports under a name. Each inventory is read once. */
export function readInventory(written: unknown, name: string): ReadInventory {
  if (typeof written !== "object" || written === null)
    return {
      problems: [
        {
          where: fileOf(name),
          what: "the file does not export an application",
          todo: "Export a map: { name, description, services }.",
        },
      ],
    };
  const known = read.get(written);
  if (known) return known;
  const result = readOnce(written, name);
  read.set(written, result);
  return result;
}

/** Reads every application of a catalogue. @throws FlotillaError with the problems of all of them. */
export function readCatalogue(catalogue: Catalogue): Record<string, Application> {
  const all = Object.entries(catalogue).map(
    ([name, written]) => [name, readInventory(written, name)] as const,
  );
  refuse(all.flatMap(([, { problems }]) => problems));
  return Object.fromEntries(
    all.flatMap(([name, { application }]) => (application ? [[name, application]] : [])),
  );
}

/** Reports applications with the same name, which would overwrite each other's releases. */
export function sameNameProblems(catalogue: Catalogue): Problem[] {
  const keys = new Map<string, string>();
  return Object.entries(catalogue).flatMap(([key, written]) => {
    const { name } = (written ?? {}) as { name?: unknown };
    const other = typeof name === "string" ? keys.get(name) : undefined;
    if (typeof name === "string") keys.set(name, key);
    return other === undefined || catalogue[other] === written
      ? []
      : [
          {
            where: "apps/index.ts",
            what: `two applications are named ${name}: ${other} and ${key}`,
            todo: "Give one of them another name.",
          },
        ];
  });
}

const fileOf = (name: string): string => `apps/${name}.ts`;

function readOnce(written: object, name: string): ReadInventory {
  const strange = strangeIn(written, (path) => `${fileOf(name)}: ${placeOf(path)}`);
  if (strange.length > 0) return { problems: strange };
  const file = fileOf(
    typeof (written as { name?: unknown }).name === "string" ? (written as { name: string }).name : name,
  );
  const parsed = applicationSchema.safeParse(written, { reportInput: true });
  const problems = parsed.success
    ? kindProblems(parsed.data, file)
    : parsed.error.issues.flatMap(ofMeantAlternative).flatMap((issue) => toProblems(issue, file));
  return parsed.success && problems.length === 0
    ? { application: withDefaults(parsed.data), problems: [] }
    : { problems };
}

function kindProblems({ stores = {} }: ApplicationRead, file: string): Problem[] {
  return Object.entries(stores).flatMap(([name, { kind }]) =>
    knownKinds().includes(kind as StoreKind)
      ? []
      : [
          {
            where: `${file}: store ${name}: kind`,
            what: `unknown kind of store ${JSON.stringify(kind)}`,
            todo: suggest(kind, knownKinds()),
          },
        ],
  );
}

/** Adds the defaults of keys that an inventory omits. */
const withDefaults = ({ stores = {}, ...others }: ApplicationRead): Application => ({
  ...others,
  stores: mapValues(stores, (store) => ({
    ...store,
    kind: store.kind as StoreKind,
    resources: store.resources ?? factsOf(store.kind as StoreKind).resources,
  })),
});

const ONE: Record<string, string> = {
  services: "service",
  stores: "store",
  tasks: "task",
  externals: "external",
  callers: "caller",
  secrets: "secret",
};

/** Returns the place of a key in messages, such as `service api: env.PORT`. */
function placeOf(path: readonly PropertyKey[]): string {
  const [group, name, ...rest] = path;
  const kind = ONE[String(group)];
  if (kind === undefined || name === undefined) return pathOf(path) || "the application";
  return rest.length === 0 ? `${kind} ${String(name)}` : `${kind} ${String(name)}: ${pathOf(rest)}`;
}

/** Keys of other tools, each with the Flotilla equivalent. */
const INSTEAD: Record<string, string> = {
  environment: "Use `env` for environment variables.",
  replicas:
    "The number of pods depends on the environment. Use the setting flotilla:services.<name>.replicas.",
  dependsOn: "Use `uses` for what the service connects to.",
  volumeMounts: "Use `volumes`, with the `path` of each volume.",
  secrets: "Use password(store, account) or secret(name) in a variable: Flotilla then keeps it in a Secret.",
};

function toProblems(issue: Issue, file: string): Problem[] {
  const where = (path: readonly PropertyKey[]) => `${file}: ${placeOf(path)}`;
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(applicationSchema, issue.path);
    return issue.keys.map((key) =>
      known.includes(key)
        ? {
            where: where([...issue.path, key]),
            what: "cannot be combined with the other keys here",
            todo: "Remove this key or the others.",
          }
        : {
            where: where([...issue.path, key]),
            what: "unknown key",
            todo: own(INSTEAD, key) ?? suggest(key, known),
          },
    );
  }
  if (isMissing(issue))
    return [{ where: where(issue.path), what: "required key is missing", todo: `It ${mustBe(issue)}.` }];
  return [{ where: where(issue.path), what: `${mustBe(issue)}${given(issue)}`, todo: todoOf(issue) }];
}

/** Whether messages must not quote the value at a path, because it is a variable, a file or a password. */
const isPrivate = (path: readonly PropertyKey[]): boolean =>
  path.some((step) => ["env", "files", "fixed", "script", "credential"].includes(String(step)));

function given({ input, path, code }: Issue): string {
  if (input === null || (typeof input === "number" && !Number.isFinite(input))) return `, not ${input}`;
  if (typeof input === "object" || isPrivate(path) || code === "custom") return "";
  if (typeof input === "function") return ", not a function";
  return `, not ${typeof input === "string" ? JSON.stringify(input) : String(input)}`;
}

function todoOf(issue: Issue): string {
  if (issue.code === "invalid_type" && issue.expected === "string" && typeof issue.input === "number")
    return isPrivate(issue.path)
      ? "Put quotes around it."
      : `Put quotes around it: "${issue.input}" (JavaScript drops the trailing zeros of a number).`;
  if (issue.code === "invalid_type" && issue.expected === "number" && isNumeral(issue.input))
    return `Write it without quotes: ${issue.input}.`;
  if (issue.code === "invalid_type" && issue.expected === "array" && typeof issue.input === "string")
    return `Write a list: ${JSON.stringify(issue.input.trim().split(/\s+/))}.`;
  if (issue.path.at(-1) === "language" && typeof issue.input === "string")
    return `${suggest(issue.input, Object.keys(PRESETS))} Use "generic" for any other runtime.`;
  return "Correct it.";
}

const isNumeral = (input: unknown): boolean => typeof input === "string" && /^(0|[1-9][0-9]*)$/.test(input);
