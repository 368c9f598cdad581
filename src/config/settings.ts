/** Stack config to settings: a pure function, all problems at once, each with its key, its file and its line. */
import type { z } from "zod";
import type { Application } from "../model/application";
import { own } from "../model/graph";
import { readInventory } from "../model/inventory/read";
import { suggest } from "../model/nearest";
import { isAtOrBelow } from "../model/paths";
import { FlotillaError, type Problem } from "../model/problems";
import { secretLike } from "../model/secret-like";
import { validateApplication } from "../model/validate";
import type { Catalogue } from "../model/written";
import { CREDENTIALS, type GivenCredentials } from "./credentials";
import { encryptedIn, pathOf, type SettingsFile } from "./file";
import { merge, type Origin, originOf } from "./merge";
import { RULE_NAMES } from "./rules";
import { ENVIRONMENTS, type Settings, settingsSchema } from "./schema";
import { ABOUT } from "./schema/key";
import { inside, schemaAt } from "./schema/walk";
import { stackFileName } from "./stack-names";

/** All that says something about the settings of a stack. */
export interface StackConfig {
  /** The project's name: the prefix of the keys. */
  project: string;
  stack: string;
  /** The project's defaults, the layers, the stack's own: later wins. */
  files: readonly SettingsFile[];
  /** The passwords that the stack was given, by name, with what is wrong with them. Default: none. */
  credentials?: GivenCredentials;
  /** What is wrong with the way to the files: a layer that is not there. Default: nothing. */
  problems?: readonly Problem[];
  /** Stacks that go to the same place, as problems. Default: none. */
  conflicts?: readonly Problem[];
}

/** What the files of a stack come to. */
export interface StackSettings {
  settings: Settings;
  application: Application;
  /** Where each key comes from that a file sets, by path. */
  origins: ReadonlyMap<string, Origin>;
}

/**
 * Reads the settings of a stack. `deployedStores` are the stores in its state, when the caller has read it: settings of a store that
 * left the inventory are not reported as misspelled.
 * @throws FlotillaError when a key is unknown, missing, of the wrong type, out of range or does not fit the inventory.
 */
export function readSettings(
  config: StackConfig,
  catalogue: Catalogue,
  deployedStores: readonly string[] = [],
): StackSettings {
  const { values, origins } = merge(config.files, staysNull);
  const unread = [...config.files.flatMap((file) => file.problems), ...(config.problems ?? [])];
  const context: Context = {
    where: (path) => `${config.project}:${pathOf(path)}`,
    project: config.project,
    stack: config.stack,
    // What a file would have said that cannot be read is not missing.
    complete: unread.length === 0,
  };
  const problems: Problem[] = [...unread, ...(config.conflicts ?? [])];
  const encrypted = encryptedIn(values).filter((path) => !isAtOrBelow(path, CREDENTIALS));
  problems.push(
    // A layer has been told already that it must hold nothing that is encrypted.
    ...encrypted
      .filter((path) => originOf(origins, path)?.kind !== "layer")
      .map((path) => secretProblem(path, config.project)),
    ...imageProblems(config.files, origins, config.project),
  );
  const readable = Object.entries(values).filter(
    ([name]) => name !== CREDENTIALS && !encrypted.some((path) => isAtOrBelow(path, name)),
  );
  const input: Record<string, unknown> = Object.fromEntries([
    ...readable,
    [CREDENTIALS, config.credentials?.names ?? []],
  ]);
  problems.push(...(config.credentials?.problems ?? []));

  const parsed = settingsSchema.safeParse(input, { reportInput: true });
  if (!parsed.success) problems.push(...parsed.error.issues.flatMap((issue) => toProblems(issue, context)));
  // The inventory is checked where settings are wrong, so that one run shows every problem; otherwise the plan does it.
  const named = typeof input.application === "string" ? input.application : undefined;
  const written = named === undefined ? undefined : own(catalogue, named);
  const inventory = written === undefined ? undefined : readInventory(written, named as string);
  if (inventory) problems.push(...inventory.problems);
  const application = inventory?.application;
  if (named !== undefined && written === undefined)
    problems.push({
      where: context.where(["application"]),
      what: `there is no application "${named}"`,
      todo: suggest(named, Object.keys(catalogue)),
    });
  if (application) problems.push(...checkNames(input, application, context, deployedStores));
  if (
    context.complete &&
    input.environment === "prod" &&
    !(input.cluster as { context?: unknown } | undefined)?.context
  )
    problems.push({
      where: context.where(["cluster", "context"]),
      what: "prod must name its cluster: it never follows the current context",
      todo: `Run: pulumi config set --path ${config.project}:cluster.context <context> --stack ${config.stack}`,
    });
  if (!parsed.success || application === undefined || problems.length > 0)
    throw locate(
      new FlotillaError([...problems, ...(application ? validateApplication(application) : [])]),
      config,
      origins,
    );
  return { settings: parsed.data, application, origins };
}

/** The same error with the file and line of each key, in the order of the files: the stack's own first. */
export function locate(
  error: FlotillaError,
  { project, stack, files }: Pick<StackConfig, "project" | "stack" | "files">,
  origins: ReadonlyMap<string, Origin>,
): FlotillaError {
  const prefix = `${project}:`;
  const own = stackFileName(stack);
  const placed = error.problems.map((problem): Problem => {
    if (problem.place || !problem.where.startsWith(prefix)) return problem;
    const path = problem.where.slice(prefix.length);
    const origin = origins.get(path) ?? originOf(origins, path);
    // What is missing is missing in the stack, not in the project's defaults.
    const isDefault = origin?.kind === "project" && !origins.has(path);
    const { file, line } = origin && !isDefault ? origin : { file: own, line: undefined };
    return { ...problem, place: line === undefined ? { file } : { file, line } };
  });
  const order = [
    own,
    ...files
      .filter(({ kind }) => kind !== "stack")
      .map(({ path }) => path)
      .reverse(),
  ];
  const rank = ({ place }: Problem): [number, number] => {
    const index = place ? order.indexOf(place.file) : -1;
    return [index < 0 ? order.length : index, place?.line ?? Number.MAX_SAFE_INTEGER];
  };
  const sorted = [...placed].sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first[0] - second[0] || first[1] - second[1];
  });
  return new FlotillaError(sorted);
}

/** Whether null says something at a path: it takes away what the inventory says. */
const staysNull = (path: readonly string[]): boolean =>
  schemaAt(settingsSchema, path)?.safeParse(null).success ?? false;

/** A digest wins over a tag, also over one that a later file sets: who set the tag would wait for it in vain. */
function imageProblems(
  files: readonly SettingsFile[],
  origins: ReadonlyMap<string, Origin>,
  project: string,
): Problem[] {
  const rank = (origin: Origin) => files.findIndex(({ path }) => path === origin.file);
  return [...origins].flatMap(([path, digest]): Problem[] => {
    if (!path.endsWith(".digest")) return [];
    const image = path.slice(0, -".digest".length);
    const tag = origins.get(`${image}.tag`) ?? origins.get(`${image}.repository`);
    if (!tag || rank(tag) <= rank(digest)) return [];
    return [
      {
        where: `${project}:${image}.${origins.has(`${image}.tag`) ? "tag" : "repository"}`,
        what: `the digest that ${digest.file} sets wins over it: the old image would stay`,
        todo: `Set the new image's own digest beside it, or ${project}:${image}.digest: null.`,
      },
    ];
  });
}

/** Settings of older versions, and what to write now. */
const RENAMED: Record<string, string> = {
  removeStores: "It is allowDeletion now, with store/ before each name: allowDeletion: [store/redis].",
};

interface Context {
  where: Where;
  project: string;
  stack: string;
  /** Whether all files could be read. */
  complete: boolean;
}

type Where = (path: readonly PropertyKey[]) => string;

const secretProblem = (path: string, project: string): Problem => ({
  where: `${project}:${path}`,
  what: "the value is a secret, but settings become Helm values in plain text",
  todo: `Set it without --secret; a password belongs to an account of the inventory, or under ${project}:${CREDENTIALS}.`,
});

/** Overrides must be of services, stores, externals and loaders that the application has. */
function checkNames(
  input: Record<string, unknown>,
  application: Application,
  { where, stack }: Context,
  deployedStores: readonly string[],
): Problem[] {
  const { name, services, stores, externals = {} } = application;
  const removed = keysAt(input, ["stores"]).filter(
    (store) => !own(stores, store) && deployedStores.includes(store),
  );
  const check = (path: readonly string[], known: readonly string[], of: string, kind: string): Problem[] =>
    keysAt(input, path)
      .filter((key) => !known.includes(key))
      .map((key) => ({
        where: where([...path, key]),
        what: `${of} has no ${kind} "${key}"`,
        todo: suggest(key, known),
      }));
  const standIns = Object.keys(externals).filter((external) => externals[external]?.standIn);
  return [
    ...check(["services"], [...Object.keys(services), ...standIns], name, "service"),
    ...check(["stores"], [...Object.keys(stores), ...removed], name, "store"),
    ...removed.map((store) => ({
      where: where(["stores", store]),
      what: `${name} has no store "${store}" any more, but it is deployed with its data`,
      todo: `Put ${store} back into apps/${name}.ts; or, if its data may go: take this setting out, then npx flotilla remove ${store} --stack ${stack}`,
    })),
    ...check(["externals"], Object.keys(externals), name, "external"),
    ...Object.entries(stores).flatMap(([store, { loaders = {} }]) =>
      check(["stores", store, "loaders"], Object.keys(loaders), store, "loader"),
    ),
    ...["services", "stores"].flatMap((kind) =>
      keysAt(input, [kind]).flatMap((owner) =>
        check([kind, owner, "exceptions"], RULE_NAMES, "flotilla check", "rule"),
      ),
    ),
  ];
}

/** The keys of the map at a path of the input; none where there is no map. */
function keysAt(input: unknown, [first, ...rest]: readonly string[]): string[] {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return [];
  return first === undefined
    ? Object.keys(input)
    : keysAt(own(input as Record<string, unknown>, first), rest);
}

function toProblems(issue: z.core.$ZodIssue, context: Context): Problem[] {
  const { where, project, stack } = context;
  // What is wrong with the list of layers was said where it is read.
  if (issue.path[0] === "layers") return [];
  const key = where(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((unknown) => ({
      where: where([...issue.path, unknown]),
      what: "there is no such setting",
      todo: own(RENAMED, [...issue.path, unknown].join(".")) ?? suggest(unknown, knownKeysAt(issue.path)),
    }));
  // Of alternatives only one is a map: whoever wrote a map meant that one.
  if (issue.code === "invalid_union" && typeof issue.input === "object" && issue.input !== null) {
    const nested = issue.errors.find((errors) =>
      errors.some(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
    );
    if (nested)
      return nested.flatMap((inner) =>
        toProblems({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue, context),
      );
  }
  if ((issue.code === "invalid_type" || issue.code === "invalid_value") && issue.input === undefined)
    return context.complete
      ? [
          {
            where: key,
            what: "the setting is missing",
            todo:
              issue.path.length === 1
                ? `Add it to ${stackFileName(stack)}: ${exampleOf(issue.path, project)}`
                : `Add it there: ${String(issue.path.at(-1))}: <${aboutAt(issue.path)?.unit ?? "value"}>`,
          },
        ]
      : [];
  if (issue.code === "invalid_value" && issue.path[0] === "environment")
    return [
      {
        where: key,
        what: `there is no environment ${JSON.stringify(issue.input)}`,
        todo: suggest(plainText(issue.input), ENVIRONMENTS),
      },
    ];
  // What somebody wrote into a variable may be a password, which it must not be: it is not told again.
  const looks = secretLike(String(issue.path.at(-1) ?? ""), plainText(issue.input));
  const isPrivate = issue.path.includes("env") || looks !== undefined;
  const given =
    typeof issue.input === "object" || isPrivate
      ? ""
      : `, not ${typeof issue.input === "string" ? JSON.stringify(issue.input) : String(issue.input)}`;
  const quoted =
    issue.code === "invalid_type" && issue.expected === "string" && typeof issue.input === "number";
  return [
    {
      where: key,
      what: `${describe(issue)}${given}`,
      todo: quoted
        ? quotesAt(issue.path, isPrivate ? undefined : issue.input)
        : `Correct it${remedyAt(issue.path)}.`,
    },
  ];
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `must be ${TYPES[issue.expected] ?? `of type ${issue.expected}`}`;
  if (issue.code === "invalid_value")
    return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
  if (issue.code === "too_small")
    return issue.origin === "array"
      ? `must have at least ${issue.minimum} entry`
      : issue.message.startsWith("Too small")
        ? `must be at least ${issue.minimum}${issue.origin === "string" ? " characters long" : ""}`
        : issue.message;
  if (issue.code === "too_big")
    return `must be at most ${issue.maximum}${issue.origin === "string" ? " characters long" : ""}`;
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? "its name is not allowed";
  return issue.message;
}

const TYPES: Record<string, string> = {
  record: "a map",
  object: "a map",
  array: "a list",
  int: "a whole number",
};

/** Nothing of an object: one that has a key `toString` has no text. */
const plainText = (value: unknown): string => (typeof value === "object" ? "" : String(value));

/** A number where a text belongs: YAML drops its trailing zeros, and what is counted has a unit. */
function quotesAt(path: readonly PropertyKey[], input: unknown): string {
  const unit = aboutAt(path)?.unit;
  if (unit !== undefined && unit !== "text") return `Write it in quotes, as ${unit}.`;
  return `Put quotes around it${input === undefined ? "" : `: "${input}"`} (YAML drops the trailing zeros of a number).`;
}

function aboutAt(path: readonly PropertyKey[]) {
  const schema = schemaAt(settingsSchema, path);
  return schema && ABOUT.get(schema);
}

/** What can be done besides. */
function remedyAt(path: readonly PropertyKey[]): string {
  const about = aboutAt(path);
  if (!about) return "";
  return about.usual.startsWith("required")
    ? `: ${about.unit}`
    : `, or take it out (its default: ${about.usual})`;
}

/** The keys of the map at a path, for suggestions. */
function knownKeysAt(path: readonly PropertyKey[]): string[] {
  const schema = schemaAt(settingsSchema, path);
  return schema ? Object.keys(inside(schema).keys) : [];
}

function exampleOf(path: readonly PropertyKey[], project: string): string {
  const examples: Record<string, string> = {
    application: "application: robot-shop",
    environment: `environment: ${ENVIRONMENTS.join(" | ")}`,
  };
  const key = pathOf(path);
  return `${project}:${examples[key] ?? `${key}: ...`}`;
}
