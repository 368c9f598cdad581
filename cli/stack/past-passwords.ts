/** Passwords that a stack once had: the checkpoints in its history keep them, encrypted. */

import { compact } from "../../src/model/records";
import { type ExportedResource, nameOfUrn, PASSWORD, presentProvider, STACK } from "../core/state";
import { editState } from "./edit";
import { readCheckpoint, readHistory } from "./history";

/** How many updates are searched, newest first. */
const LOOKED_INTO = 100;

export interface PastPasswords {
  /** The newest update with each password, by password. */
  updates: Record<string, number>;
  /** The resources from those updates, with their providers; values stay encrypted. */
  resources: ExportedResource[];
}

/** Finds the newest value of each password in the history; none if the backend has no checkpoints. */
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
    // An unreadable checkpoint must not hide the others.
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

/** The resources of these passwords after those of their providers; undefined if one is missing. */
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

/** Adds resources of an earlier state that are missing; references to resources that no longer exist are dropped. */
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
    // Default providers have no parent.
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

/** Adds past passwords to the state; the engine accepts the encrypted values as they are. */
export const restorePastPasswords = (stack: string, { resources }: PastPasswords): Promise<void> =>
  editState(stack, ({ deployment }) => {
    if (deployment) deployment.resources = withPast(deployment.resources ?? [], resources);
  });

/** Password resources modeled on another one, for passwords that no state has; only the values will differ. */
export function passwordsLike(template: ExportedResource, names: readonly string[]): ExportedResource[] {
  const prefix = template.urn.slice(0, template.urn.lastIndexOf("::"));
  return names.map((name) => ({ ...template, urn: `${prefix}::${name}` }));
}
