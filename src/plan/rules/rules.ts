/** Checks a release against all rules. */
import type { Settings } from "../../config/schema";
import { compact } from "../../model/records";
import { literals, nodePorts, size } from "./content-rules";
import { images } from "./image-rules";
import type { Check, CheckedRelease, Violation } from "./violation";
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

/** Returns every violation of a release, the accepted ones included. */
export function violationsOf(checked: CheckedRelease, settings: Settings): Violation[] {
  const found = CHECKS.flatMap((check) => check(checked, settings));
  return found.map(({ rule, where, what, todo, key }) =>
    compact({
      rule,
      release: checked.facts.release,
      owner: checked.owner.name,
      where,
      what,
      key,
      todo:
        todo ??
        `Fix it, or say why it is acceptable: flotilla:${checked.owner.kind}.${checked.owner.name}.exceptions.${rule}`,
      excepted: checked.exceptions[rule],
    }),
  );
}
