/** The part of a plan that belongs to one service or one store. */
import type { StackConfig, StackSettings } from "../config/settings";
import { refuse } from "../model/problems";
import { type Composition, located, planWithRules } from "./compose";
import type { PlanContext, Surroundings } from "./context";
import { credentialsOf } from "./credentials";
import type { CredentialPlan, Plan } from "./plan";
import { ownerOf, problemsOf } from "./rules";

/**
 * Plans an application and takes one service or store of it, with its Jobs and Secrets.
 * @throws FlotillaError with what is wrong with the application, or against a rule with that part.
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
  const isOwn = (owner: string) => owner === name;
  const releases = entriesWhere(plan.releases, (release) =>
    isOwn(ownerOf(context.application, release).name),
  );
  return {
    ...plan,
    // What else must be there first is somebody else's to order.
    releases: Object.fromEntries(
      Object.entries(releases).map(([key, release]) => [
        key,
        { ...release, needs: release.needs.filter((need) => need in releases) },
      ]),
    ),
    secrets: entriesWhere(plan.secrets, ({ owner }) => isOwn(owner) || owner in releases),
    credentials: ownCredentials(context, name),
  };
}

/** The passwords of a store; a service has none of its own. */
function ownCredentials(context: PlanContext, name: string): Record<string, CredentialPlan> {
  const shape = context.stores[name];
  return shape ? credentialsOf(shape, { rotating: false }) : {};
}

const entriesWhere = <T>(record: Readonly<Record<string, T>>, isWanted: (value: T) => boolean) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => isWanted(value)));
