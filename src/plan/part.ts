/** Plans one service or store of an application. */
import type { StackConfig, StackSettings } from "../config/settings";
import { refuse } from "../model/problems";
import { mapValues } from "../model/records";
import { type Composition, located, planWithRules } from "./compose";
import type { PlanContext, Surroundings } from "./context";
import { credentialsOf } from "./credentials";
import type { CredentialPlan, Plan } from "./plan";
import { ownerOf, problemsOf } from "./rules";

/**
 * Plans an application and returns the part of the plan that belongs to one service or store: releases, Secrets and passwords.
 * @throws FlotillaError with every problem of the application, and every violated rule of that part.
 */
export function composePart(
  config: StackConfig,
  read: StackSettings,
  surroundings: Surroundings,
  name: string,
): Composition {
  const { context, planned, violations } = planWithRules(config, read, surroundings);
  located(config, read, () => refuse(problemsOf(violations.filter(({ owner }) => owner === name))));
  return { context, planned: partOf(context, planned, name) };
}

function partOf(context: PlanContext, plan: Plan, name: string): Plan {
  const releases = entriesWhere(
    plan.releases,
    (release) => ownerOf(context.application, release).name === name,
  );
  return {
    ...plan,
    // The caller takes care of dependencies on other parts.
    releases: mapValues(releases, (release) => ({
      ...release,
      needs: release.needs.filter((need) => need in releases),
    })),
    secrets: entriesWhere(plan.secrets, ({ owner }) => owner === name || owner in releases),
    credentials: ownCredentials(context, name),
  };
}

/** Returns the passwords of a store. A service has none. */
function ownCredentials(context: PlanContext, name: string): Record<string, CredentialPlan> {
  const shape = context.stores[name];
  return shape ? credentialsOf(shape, { rotating: false }) : {};
}

const entriesWhere = <T>(record: Readonly<Record<string, T>>, isWanted: (value: T) => boolean) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => isWanted(value)));
