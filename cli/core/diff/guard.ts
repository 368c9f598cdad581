/** Replacements and deletions that need permission, whatever the diff of the rendered objects says. */
import { type EngineStep, RELEASE_KIND } from "./engine-steps";

/**
 * The steps that delete or replace a namespace, or replace a store, its Secret or a password. Deletions of stores are not among
 * them: the plan itself refuses those unless the settings allow them.
 */
export const unguarded = (steps: readonly EngineStep[]): EngineStep[] =>
  steps.filter(({ operation, kind, name, role }) => {
    if (kind === "Namespace") return operation === "delete" || operation === "replace";
    if (operation !== "replace") return false;
    return (
      kind === "Password" ||
      (kind === "Secret" && name.endsWith("-auth")) ||
      (kind === RELEASE_KIND && role === "store")
    );
  });

/** Those steps as text. */
export const unguardedText = (steps: readonly EngineStep[]): string =>
  steps.map(({ operation, kind, name }) => `${operation} ${kind} ${name}`).join(", ");
