/** Refuses components of one program whose resources the state could not tell apart. */
import * as pulumi from "@pulumi/pulumi";
import { type Problem, refuse } from "../src/model/problems";
import type { Plan } from "../src/plan/plan";
import { contested } from "../src/runtime/own-resources";

/** The names of the resources of each component, by the component's type and name, for each running program. */
const claims = new WeakMap<pulumi.Resource, Map<string, Map<string, string[]>>>();

/**
 * Records the names of a component's resources. A name that begins with the name of another component of the same type is
 * refused: the state could not say whose resource it is. Mocks have no stack, and no check.
 * @throws FlotillaError with both components and the name.
 */
export function claimNames(type: "Application" | "Store", name: string, plan: Plan, prefix = ""): void {
  const stack = pulumi.runtime.getStackResource();
  if (stack === undefined) return;
  const ofProgram = claims.get(stack) ?? new Map<string, Map<string, string[]>>();
  claims.set(stack, ofProgram);
  const ofType = ofProgram.get(type) ?? new Map<string, string[]>();
  ofProgram.set(type, ofType);
  const names = [plan.releases, plan.secrets, plan.credentials].flatMap(Object.keys);
  const own = [...new Set(names)].map((one) => `${prefix}${one}`);
  refuse(
    [...ofType].flatMap(([other, theirs]): Problem[] => {
      const [first] = contested([name, own], [other, theirs]);
      if (first === undefined) return [];
      return [
        {
          where: `${type} "${name}"`,
          what: `its name and that of ${type} "${other}" leave open which of them the resource ${first} belongs to`,
          todo: `Rename one of the two components, or the service, store or account that ${first} is named after.`,
        },
      ];
    }),
  );
  ofType.set(name, own);
}
