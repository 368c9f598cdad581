/** Refuses components of one program whose resources cannot be distinguished in the state. */
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

/** The claims of each running program, by stack. */
const claims = new WeakMap<pulumi.Resource, readonly Claim[]>();

/**
 * Records the names of a component's resources. A name that starts with the name of another component of the same type is refused,
 * because the state would not show which component owns it. Mocks have no stack and are not checked.
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
            what: `because of the name of ${type} "${other.name}", the owner of the resource ${first} would be ambiguous`,
            todo: `Rename one of the two components, or the service, store or account in the name ${first}.`,
          },
        ];
      }),
  );
  claims.set(stack, [...others, own]);
}
