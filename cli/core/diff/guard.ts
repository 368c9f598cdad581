/** What no update may replace or delete unasked, whatever the rendered objects say. */
import { type EngineStep, RELEASE_KIND } from "./engine-steps";

/**
 * Steps of the engine that take a namespace away, or put another store, Secret of a store or password in the place of one. That
 * stores and what belongs to them are deleted, the plan itself refuses unless the settings allow it.
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

/** Such steps in words. */
export const unguardedText = (steps: readonly EngineStep[]): string =>
  steps.map(({ operation, kind, name }) => `${operation} ${kind} ${name}`).join(", ");
