/** Holds a plan, or what is rendered of it, to the rules. */
import type { Rule } from "../../config/rules";
import type { Application } from "../../model/application";
import { own } from "../../model/graph";
import type { Problem } from "../../model/problems";
import type { AppContext } from "../context";
import { isStandIn } from "../environment";
import type { Plan, ReleasePlan } from "../plan";
import type { ReleaseFacts } from "./facts";
import { factsOfValues } from "./from-values";
import { exceptionsOf, type Held, type Violation, violationsOf } from "./rules";

export { factsOfObjects, type RenderedObject } from "./from-objects";
export { LARGEST_SECRET, type Violation } from "./rules";

/** What the values of a plan tell already: it is refused before anything is rendered or deployed. */
export function planViolations(context: AppContext, plan: Plan): Violation[] {
  return releaseViolations(
    context,
    Object.values(plan.releases).map((release) => ({
      release,
      facts: factsOfValues(plan, context.settings, release),
    })),
  );
}

/** What the facts of releases tell. */
export function releaseViolations(
  context: AppContext,
  releases: readonly { release: ReleasePlan; facts: ReleaseFacts }[],
): Violation[] {
  return releases.flatMap(({ release, facts }) =>
    violationsOf(heldOf(context, release, facts), context.settings),
  );
}

/** Those that nobody gives a reason for, as problems of the stack; what is said of several is said once. */
export function problemsOf(violations: readonly Violation[]): Problem[] {
  const groups = new Map<string, Violation[]>();
  for (const violation of violations.filter(({ excepted }) => excepted === undefined)) {
    const { rule, what, key } = violation;
    const group = JSON.stringify([rule, what, key]);
    groups.set(group, [...(groups.get(group) ?? []), violation]);
  }
  return [...groups.values()].map(toProblem);
}

function toProblem(group: readonly Violation[]): Problem {
  const [{ rule, what, todo, key, owner }] = group as [Violation];
  const places = group.map(({ where }) => where);
  const shown =
    places.length <= NAMED
      ? places.join("; ")
      : `${places.slice(0, NAMED).join("; ")} and ${places.length - NAMED} more`;
  const owners = new Set(group.map((violation) => violation.owner));
  return {
    where: key ?? shown,
    what: `${key === undefined ? "" : `${shown}: `}${what} (rule ${rule})`,
    todo: owners.size === 1 ? todo : todo.replaceAll(`s.${owner}.`, "s.<name>."),
    rule,
  };
}

/** Places that a message names one by one. */
const NAMED = 3;

function heldOf({ application, settings }: AppContext, release: ReleasePlan, facts: ReleaseFacts): Held {
  const owner = ownerOf(application, release);
  const noProbe = own(application.services, owner.name)?.noProbe;
  const inventory: Partial<Record<Rule, string>> = noProbe === undefined ? {} : { probes: noProbe };
  return {
    facts,
    owner,
    exceptions: exceptionsOf(settings, owner, inventory),
    isStandIn: isStandIn(application, release.name),
  };
}

/** A Job works on a store, whose name is in front of its own. */
export function ownerOf({ stores }: Application, { name, kind }: ReleasePlan): Held["owner"] {
  if (kind === "service") return { kind: "services", name };
  if (kind === "store") return { kind: "stores", name };
  const candidates = Object.keys(stores).filter((store) => name.startsWith(`${store}-`));
  const [longest = name] = candidates.sort((a, b) => b.length - a.length);
  return { kind: "stores", name: longest };
}
