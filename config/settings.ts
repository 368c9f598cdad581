/** Stack config to settings: a pure function, all problems at once, each with its key. */
import type { z } from "zod";
import type { Application } from "../model/application";
import { own } from "../model/graph";
import { suggest } from "../model/nearest";
import { FlotillaError, type Problem } from "../model/problems";
import { validateApplication } from "../model/validate";
import { CREDENTIALS, type GivenCredentials } from "./credentials";
import { ENVIRONMENTS, type Settings, settingsSchema } from "./schema";

/** Stack config as Pulumi hands it out: full keys (`flotilla:application`), scalars as strings, maps as JSON. */
export interface RawConfig {
  /** The project's name: the prefix of the keys. */
  project: string;
  stack: string;
  values: Record<string, string>;
  /** Full keys whose value is encrypted. Settings end up in plain Helm values, so none but `credentials` may be. */
  secretKeys: readonly string[];
  /** The passwords that the stack was given, by name, with what is wrong with them. Default: none. */
  credentials?: GivenCredentials;
}

/** @throws FlotillaError when a key is unknown, missing, of the wrong type, out of range or does not fit the inventory. */
export function readSettings(
  raw: RawConfig,
  catalogue: Record<string, Application>,
): { settings: Settings; application: Application } {
  const prefix = `${raw.project}:`;
  const where = (path: readonly PropertyKey[]) => prefix + path.map(String).join(".");
  const problems: Problem[] = [];

  const input: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw.values)) {
    if (!key.startsWith(prefix)) continue;
    const name = key.slice(prefix.length);
    if (name === CREDENTIALS) continue;
    if (raw.secretKeys.includes(key))
      problems.push({
        where: key,
        what: "the value is a secret, but settings become Helm values in plain text",
        todo: `Set it without --secret; a password belongs to an account of the inventory, or under ${prefix}${CREDENTIALS}.`,
      });
    else input[name] = decode(value, own(settingsSchema.shape as Record<string, z.ZodType>, name));
  }

  input[CREDENTIALS] = raw.credentials?.names ?? [];
  problems.push(...(raw.credentials?.problems ?? []));

  const parsed = settingsSchema.safeParse(input, { reportInput: true });
  if (!parsed.success)
    problems.push(...parsed.error.issues.flatMap((issue) => toProblems(issue, input, where, raw.stack)));
  // The inventory is checked where settings are wrong, so that one run shows every problem; otherwise the plan does it.
  const named = typeof input.application === "string" ? input.application : undefined;
  const application = named === undefined ? undefined : own(catalogue, named);
  if (named !== undefined && application === undefined)
    problems.push({
      where: where(["application"]),
      what: `there is no application "${named}"`,
      todo: suggest(named, Object.keys(catalogue)),
    });
  if (application) problems.push(...checkNames(input, application, where));
  if (input.environment === "prod" && !(input.cluster as { context?: unknown } | undefined)?.context)
    problems.push({
      where: where(["cluster", "context"]),
      what: "prod must name its cluster: it never follows the current context",
      todo: `Run: pulumi config set --path ${prefix}cluster.context <context> --stack ${raw.stack}`,
    });
  if (!parsed.success || application === undefined || problems.length > 0)
    throw new FlotillaError([...problems, ...(application ? validateApplication(application) : [])]);
  return { settings: parsed.data, application };
}

type Where = (path: readonly PropertyKey[]) => string;

/** Overrides must be of services, stores, externals and loaders that the application has. */
function checkNames(input: Record<string, unknown>, application: Application, where: Where): Problem[] {
  const { name, services, stores, externals = {} } = application;
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
    ...check(["stores"], Object.keys(stores), name, "store"),
    ...check(["externals"], Object.keys(externals), name, "external"),
    ...Object.entries(stores).flatMap(([store, { loaders = {} }]) =>
      check(["stores", store, "loaders"], Object.keys(loaders), store, "loader"),
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

/**
 * Pulumi hands every value out as text. A setting that is a string stays one; of the others, JSON is read as JSON, so
 * that a number given where a string belongs (`tag: 1.10`) is seen as the number it is and refused.
 */
function decode(value: string, schema: z.ZodType | undefined): unknown {
  if (schema?.safeParse(value).success) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function toProblems(
  issue: z.core.$ZodIssue,
  input: Record<string, unknown>,
  where: Where,
  stack: string,
): Problem[] {
  const key = where(issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((unknown) => ({
      where: where([...issue.path, unknown]),
      what: "there is no such setting",
      todo: suggest(unknown, knownKeysAt(issue.path)),
    }));
  if ((issue.code === "invalid_type" || issue.code === "invalid_value") && issue.input === undefined)
    return [
      {
        where: key,
        what: "the setting is missing",
        todo: `Add it to Pulumi.${stack}.yaml: ${exampleOf(issue.path)}`,
      },
    ];
  if (issue.code === "invalid_value" && issue.path[0] === "environment")
    return [
      {
        where: key,
        what: `there is no environment ${JSON.stringify(input.environment)}`,
        todo: suggest(String(input.environment), ENVIRONMENTS),
      },
    ];
  const given = typeof issue.input === "object" ? "" : `, not ${JSON.stringify(issue.input)}`;
  const quoted =
    issue.code === "invalid_type" && issue.expected === "string" && typeof issue.input === "number";
  return [
    {
      where: key,
      what: `${describe(issue)}${given}`,
      todo: quoted
        ? `Put quotes around it: "${issue.input}" (YAML drops the trailing zeros of a number).`
        : `Correct it in Pulumi.${stack}.yaml, or remove it for its default.`,
    },
  ];
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type")
    return `must be ${issue.expected === "record" ? "a map" : `of type ${issue.expected}`}`;
  if (issue.code === "invalid_value")
    return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
  if (issue.code === "too_small")
    return issue.origin === "array"
      ? `must have ${issue.minimum} entry at least`
      : `must be at least ${issue.minimum}`;
  if (issue.code === "too_big") return `must be at most ${issue.maximum}`;
  return issue.message;
}

/** The keys of the map at a path, for suggestions. */
function knownKeysAt(path: readonly PropertyKey[]): string[] {
  let schema: unknown = settingsSchema;
  for (const step of path) {
    const current = unwrap(schema);
    schema = current.shape ? current.shape[String(step)] : current.valueType;
  }
  return Object.keys(unwrap(schema).shape ?? {});
}

interface SchemaNode {
  shape?: Record<string, unknown>;
  valueType?: unknown;
}

/** Takes `optional` and `default` off a schema. */
function unwrap(schema: unknown): SchemaNode {
  let current = schema as {
    def?: { innerType?: unknown; valueType?: unknown };
    shape?: Record<string, unknown>;
  };
  while (current?.def?.innerType) current = current.def.innerType as typeof current;
  return { shape: current?.shape, valueType: current?.def?.valueType };
}

function exampleOf(path: readonly PropertyKey[]): string {
  const examples: Record<string, string> = {
    application: "flotilla:application: robot-shop",
    environment: `flotilla:environment: ${ENVIRONMENTS.join(" | ")}`,
    "ingress.host": "flotilla:ingress: { host: shop.example.com }",
  };
  return examples[path.map(String).join(".")] ?? `flotilla:${path.map(String).join(".")}: ...`;
}
