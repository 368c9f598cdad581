/** Checks a release against all rules. */
import type { Rule } from "../../config/rules";
import type { Settings } from "../../config/schema";
import { own } from "../../model/graph";
import { compact } from "../../model/records";
import { literals, nodePorts, size } from "./content-rules";
import { images } from "./image-rules";
import type { Check, CheckedRelease, Exceptions, Violation } from "./violation";
import { budget, probes, replicas, resources, spread } from "./workload-rules";

/** All checks, in the order in which violations are reported. */
const CHECKS: readonly Check[] = [
  images,
  resources,
  probes,
  budget,
  replicas,
  spread,
  nodePorts,
  size,
  literals,
];

/** Returns every violation of a release, including the accepted ones. */
export function violationsOf(checked: CheckedRelease, settings: Settings): Violation[] {
  const found = CHECKS.flatMap((check) => check(checked, settings));
  return found.map(({ rule, where, what, todo, key, name }) =>
    compact({
      rule,
      release: checked.facts.release,
      owner: checked.owner.name,
      where,
      what,
      key,
      todo: withException(todo, `flotilla:${checked.owner.kind}.${checked.owner.name}.exceptions.${rule}`),
      excepted: reasonFor(checked.exceptions, rule, name),
    }),
  );
}

/** Returns the reason for an exception from a rule, for a whole service or store, or for one variable or file. */
function reasonFor(exceptions: Exceptions, rule: Rule, name: string | undefined): string | undefined {
  const reasons = exceptions[rule];
  return typeof reasons === "object" && name !== undefined
    ? own(reasons, name)
    : typeof reasons === "string"
      ? reasons
      : undefined;
}

/** Adds the setting of the exception to a remedy. */
const withException = (todo: string | undefined, exception: string): string =>
  todo?.includes(exception)
    ? todo
    : `${todo === undefined ? "Fix it, or" : `${todo.replace(/\.?$/, ".")} Or`} say why it is acceptable: ${exception}`;
