/** Checks a plan, or the objects rendered from it, against the rules. */
import type { Settings } from "../../config/schema";
import type { Application } from "../../model/application";
import { own } from "../../model/graph";
import type { Problem } from "../../model/problems";
import { compact } from "../../model/records";
import { isImageOf } from "../../model/task";
import { hasOnePod } from "../../model/volumes";
import type { AppContext, PlanContext } from "../context";
import { isStandIn } from "../environment";
import type { Plan, ReleasePlan } from "../plan";
import type { ReleaseFacts } from "./facts";
import { factsOfValues } from "./from-values";
import { releaseBytes } from "./release-bytes";
import { violationsOf } from "./rules";
import type { CheckedRelease, Exceptions, Violation } from "./violation";

export { factsOfObjects, type RenderedObject } from "./from-objects";
export { signalWarnings } from "./signals";
export type { Violation } from "./violation";

/** Returns the violations in the values of a plan, before anything is rendered or deployed. */
export function planViolations(context: PlanContext, plan: Plan): Violation[] {
  return releaseViolations(
    context,
    Object.values(plan.releases).map((release) => ({
      release,
      facts: {
        ...factsOfValues(plan, context.settings, release),
        bytes: releaseBytes(context.charts, release),
      },
    })),
  );
}

/** Returns the violations in the facts of releases. */
export function releaseViolations(
  context: AppContext,
  releases: readonly { release: ReleasePlan; facts: ReleaseFacts }[],
): Violation[] {
  return releases.flatMap(({ release, facts }) =>
    violationsOf(checkedOf(context, release, facts), context.settings),
  );
}

/** Returns the violations without an exception as problems. Violations that differ only by place become one problem. */
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

/** The number of places that a message lists. */
const NAMED = 3;

function checkedOf(
  { application, settings }: AppContext,
  release: ReleasePlan,
  facts: ReleaseFacts,
): CheckedRelease {
  const owner = ownerOf(application, release);
  const service = owner.kind === "services" ? own(application.services, owner.name) : undefined;
  const inventory: Exceptions = compact({
    probes: service?.noProbe,
    replicas: service && hasOnePod(service) ? "only one pod can use its volume" : undefined,
  });
  const image = owner.kind === "tasks" ? own(application.tasks ?? {}, owner.name)?.image : undefined;
  return {
    facts,
    owner,
    ...(image && isImageOf(image) ? { imageOf: image.of } : {}),
    exceptions: exceptionsOf(settings, owner, inventory),
    isStandIn: isStandIn(application, release.name),
  };
}

/** Returns the exceptions of a service, store or task, from the stack and from the inventory. */
function exceptionsOf(settings: Settings, owner: CheckedRelease["owner"], inventory: Exceptions): Exceptions {
  return { ...inventory, ...own(settings[owner.kind], owner.name)?.exceptions };
}

/** Returns the service, store or task that a release belongs to. The name of a Job starts with the name of its store. */
export function ownerOf({ stores }: Application, { name, kind, task }: ReleasePlan): CheckedRelease["owner"] {
  if (task !== undefined) return { kind: "tasks", name: task };
  if (kind === "service") return { kind: "services", name };
  if (kind === "store") return { kind: "stores", name };
  const candidates = Object.keys(stores).filter((store) => name.startsWith(`${store}-`));
  const [longest = name] = candidates.sort((a, b) => b.length - a.length);
  return { kind: "stores", name: longest };
}
