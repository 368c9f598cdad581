/** Refuses components of one program whose resources the state could not tell apart. */
import * as pulumi from "@pulumi/pulumi";
import { type Problem, refuse } from "../src/model/problems";
import type { Plan } from "../src/plan/plan";
import { contested } from "../src/runtime/own-resources";

/** A component and the names of its resources. */
interface Claim {
  type: "Application" | "Store";
  name: string;
  resources: string[];
}

/** The claims of each running program, by its stack. */
const claims = new WeakMap<pulumi.Resource, readonly Claim[]>();

/**
 * Records the names of a component's resources. A name that begins with the name of another component of the same type is
 * refused: the state could not say whose resource it is. Mocks have no stack, and no check.
 * @throws FlotillaError with both components and the name.
 */
export function claimNames(type: Claim["type"], name: string, plan: Plan, prefix = ""): void {
  const stack = pulumi.runtime.getStackResource();
  if (stack === undefined) return;
  const names = [plan.releases, plan.secrets, plan.credentials].flatMap(Object.keys);
  const own: Claim = { type, name, resources: [...new Set(names)].map((one) => `${prefix}${one}`) };
  const others = (claims.get(stack) ?? []).filter((other) => other.type !== type || other.name !== name);
  refuse(
    others
      .filter((other) => other.type === type)
      .flatMap((other): Problem[] => {
        const [first] = contested([name, own.resources], [other.name, other.resources]);
        if (first === undefined) return [];
        return [
          {
            where: `${type} "${name}"`,
            what: `its name and that of ${type} "${other.name}" leave open which of them the resource ${first} belongs to`,
            todo: `Rename one of the two components, or the service, store or account that ${first} is named after.`,
          },
        ];
      }),
  );
  claims.set(stack, [...others, own]);
}
