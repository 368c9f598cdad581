/** Reads the stack's config from the engine, and says in which file and line a key stands. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { isMap, LineCounter, parse, parseDocument } from "yaml";
import { CREDENTIALS, type GivenCredentials, givenCredentials } from "../config/credentials";
import type { RawConfig } from "../config/settings";
import { FlotillaError, type Problem } from "../model/problems";

/** All config of the running stack of the project in a folder. */
export function readStackConfig(folder: string): RawConfig {
  const values = pulumi.runtime.allConfig();
  // The SDK has this function but leaves it out of its declarations.
  const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const key = `${project}:${CREDENTIALS}`;
  return {
    project,
    stack,
    values,
    secretKeys: Object.keys(values).filter((key) => isConfigSecret(key)),
    ...(values[key] === undefined ? {} : { credentials: credentialsAt(key, values[key], folder, stack) }),
  };
}

/**
 * The engine calls the whole key secret as soon as one of its passwords is encrypted, so the stack file is asked. A stack
 * whose file is elsewhere is taken at the engine's word.
 */
function credentialsAt(key: string, value: string, folder: string, stack: string): GivenCredentials {
  const file = join(folder, `Pulumi.${stack}.yaml`);
  const config = existsSync(file)
    ? (parse(readFileSync(file, "utf8")) as { config?: Record<string, unknown> } | null)?.config
    : undefined;
  if (config?.[key] !== undefined) return givenCredentials(key, config[key]);
  const names = namesIn(value);
  return names ? { names, problems: [] } : givenCredentials(key, undefined);
}

/** The names in a map as JSON. Nothing of it may be in a message: it holds the passwords themselves. */
function namesIn(value: string): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" && parsed !== null ? Object.keys(parsed) : undefined;
  } catch {
    return undefined;
  }
}

/** The passwords of these names that the stack was given; they stay secret in its state. */
export function readCredentials(names: readonly string[]): Record<string, pulumi.Output<string>> {
  const given = new pulumi.Config().getSecretObject<Record<string, string>>(CREDENTIALS);
  return Object.fromEntries(
    names.flatMap((name) => (given ? [[name, given.apply((values) => values[name] as string)]] : [])),
  );
}

/** The same error with file and line in front of each key that a file of the project holds. */
export function locate(error: FlotillaError, project: string, stack: string): FlotillaError {
  const files = [`Pulumi.${stack}.yaml`, "Pulumi.yaml"].filter((file) => existsSync(join(project, file)));
  return new FlotillaError(error.problems.map((problem) => locateProblem(problem, project, files)));
}

function locateProblem(problem: Problem, project: string, files: readonly string[]): Problem {
  const name = pulumi.getProject();
  if (!problem.where.startsWith(`${name}:`)) return problem;
  const path = problem.where.slice(name.length + 1).split(".");
  for (const file of files) {
    const line = lineOf(readFileSync(join(project, file), "utf8"), name, path);
    if (line !== undefined) return { ...problem, where: `${file}:${line} ${problem.where}` };
  }
  return { ...problem, where: `${files[0] ?? "stack config"} ${problem.where}` };
}

/** Line of the deepest step of a key's path that the file holds; the key itself must be there. */
function lineOf(text: string, project: string, [first, ...rest]: string[]): number | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  let node: unknown = document.get("config", true);
  let line: number | undefined;
  for (const key of [`${project}:${first}`, ...rest]) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => String(item.key) === key);
    const range = (pair?.key as { range?: [number, number, number] } | undefined)?.range;
    if (!pair || !range) break;
    line = lines.linePos(range[0]).line;
    node = pair.value;
  }
  return line;
}
