/** The one way from the settings of a stack to its plan: the program and every command go it. */
import { locate, type StackConfig, type StackSettings } from "../config/settings";
import { FlotillaError, refuse } from "../model/problems";
import { plan } from ".";
import { createContext, type PlanContext, type Surroundings } from "./context";
import type { Plan } from "./plan";
import { planViolations, problemsOf, type Violation } from "./rules";

export interface Composition {
  context: PlanContext;
  planned: Plan;
}

/** @throws FlotillaError with what is wrong, or against a rule, each problem with its place in the stack's files. */
export function composePlan(
  config: StackConfig,
  read: StackSettings,
  surroundings: Surroundings,
): Composition {
  const { violations, ...composition } = planWithRules(config, read, surroundings);
  located(config, read, () => refuse(problemsOf(violations)));
  return composition;
}

/** The same with the violations of rules beside it. @throws FlotillaError with what is wrong. */
export function planWithRules(
  config: StackConfig,
  read: StackSettings,
  surroundings: Surroundings,
): Composition & { violations: Violation[] } {
  return located(config, read, () => {
    const context = createContext(read.application, read.settings, { stack: config.stack, ...surroundings });
    const planned = plan(context);
    return { context, planned, violations: planViolations(context, planned) };
  });
}

/** @throws FlotillaError with the place of each problem in the stack's files. */
export function located<T>(config: StackConfig, { origins }: StackSettings, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof FlotillaError ? locate(error, config, origins) : error;
  }
}
