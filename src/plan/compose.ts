/** Plans a stack from its settings. The program and every command use these functions. */
import { locate, type StackConfig, type StackSettings } from "../config/settings";
import { FlotillaError, refuse } from "../model/problems";
import { plan } from ".";
import { createContext, type PlanContext, type Surroundings } from "./context";
import type { Plan } from "./plan";
import { planViolations, problemsOf, type Violation } from "./rules";

/** A plan and the context that it was made from. */
export interface Composition {
  context: PlanContext;
  planned: Plan;
}

/** Plans a stack. @throws FlotillaError with every problem and violated rule, each with its place in the stack's files. */
export function composePlan(
  config: StackConfig,
  read: StackSettings,
  surroundings: Surroundings,
): Composition {
  const { violations, ...composition } = planWithRules(config, read, surroundings);
  located(config, read, () => refuse(problemsOf(violations)));
  return composition;
}

/** Plans a stack and also returns the violated rules. @throws FlotillaError with every problem. */
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

/** Runs `work`, and adds files and lines to the problems that it throws. */
export function located<T>(config: StackConfig, { origins }: StackSettings, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof FlotillaError ? locate(error, config, origins) : error;
  }
}
