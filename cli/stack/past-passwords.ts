/** Passwords that a stack had once: its history keeps them, encrypted, with what each update left. */

import { compact } from "../../src/model/records";
import { type ExportedResource, nameOfUrn, PASSWORD, presentProvider, STACK } from "../core/state";
import { editState } from "./edit";
import { readCheckpoint, readHistory } from "./history";

/** Updates that are looked into, the newest first. */
const LOOKED_INTO = 100;

export interface PastPasswords {
  /** By password, the newest update that left it. */
  updates: Record<string, number>;
  /** As the states of these updates have them: encrypted, and never laid open here. With the providers that made them. */
  resources: ExportedResource[];
}

/** The newest of each of these passwords that the history has; nothing where the backend does not tell. */
export async function findPastPasswords(
  project: string,
  stack: string,
  names: readonly string[],
): Promise<PastPasswords> {
  const updates = (await readHistory(stack)).filter(({ kind }) => kind === "update").slice(0, LOOKED_INTO);
  const found: PastPasswords = { updates: {}, resources: [] };
  for (const update of updates) {
    const wanted = names.filter((name) => found.updates[name] === undefined);
    if (wanted.length === 0) break;
    // One that cannot be read any more must not hide the others.
    const resources = (await readCheckpoint(project, stack, update).catch(() => undefined)) ?? [];
    for (const name of wanted) {
      const password = passwordsIn(resources, [name]);
      if (!password) continue;
      found.updates[name] = update.number;
      found.resources.push(...password);
    }
  }
  return found;
}

/** The resources of these passwords, each with its provider in front; undefined where one is missing. */
export function passwordsIn(
  resources: readonly ExportedResource[],
  names: readonly string[],
): ExportedResource[] | undefined {
  const found = names.map((name) =>
    resources.find(
      ({ type, urn, delete: isGoing }) => type === PASSWORD && nameOfUrn(urn) === name && !isGoing,
    ),
  );
  if (found.some((resource) => resource === undefined)) return undefined;
  const passwords = found as ExportedResource[];
  const used = new Set(passwords.map(({ provider }) => provider));
  const providers = resources.filter(({ urn, id }) => used.has(`${urn}::${id}`));
  return [...providers, ...passwords];
}

/** The state with resources of an earlier one, each where it is not there already; what they referred to and is gone is left out. */
export function withPast(
  resources: readonly ExportedResource[],
  past: readonly ExportedResource[],
): ExportedResource[] {
  const result = [...resources];
  const find = (urn: string) => result.find((resource) => resource.urn === urn && !resource.delete);
  for (const resource of past) {
    if (find(resource.urn)) continue;
    const { parent, provider, dependencies, propertyDependencies: _, ...rest } = resource;
    const present = presentProvider(provider, result);
    const root = result.find(({ type }) => type === STACK)?.urn;
    // The engine's own providers hang on nothing.
    const home = parent === undefined ? undefined : find(parent) ? parent : root;
    result.push(
      compact({
        ...rest,
        parent: home,
        provider: present,
        dependencies: dependencies?.filter((dependency) => find(dependency)),
      }),
    );
  }
  return result;
}

/** Puts them into the state; the engine takes the encrypted values as they are. */
export const restorePastPasswords = (stack: string, { resources }: PastPasswords): Promise<void> =>
  editState(stack, ({ deployment }) => {
    if (deployment) deployment.resources = withPast(deployment.resources ?? [], resources);
  });

/** Resources for passwords that no state has, made after another password's: only what it is worth differs. */
export function passwordsLike(template: ExportedResource, names: readonly string[]): ExportedResource[] {
  const prefix = template.urn.slice(0, template.urn.lastIndexOf("::"));
  return names.map((name) => ({ ...template, urn: `${prefix}::${name}` }));
}
