/** Checks which services a service waits for. Circles are found in the plan, because they depend on the stack. */
import type { Application, Service } from "../application";
import { own } from "../graph";
import type { Report } from "./report";

/** Checks that `waitsFor` names services that the service uses. */
export function checkWaiting(
  { services, stores, externals = {} }: Application,
  where: string,
  { waitsFor, waitSeconds, uses = [] }: Service,
  report: Report,
): void {
  for (const [index, target] of (waitsFor ?? []).entries())
    if (own(stores, target))
      report(
        where,
        `waits for "${target}", which is a store`,
        "Remove it: pods wait for all stores in `uses`.",
      );
    else if (own(externals, target))
      report(
        where,
        `waits for "${target}", which is an external`,
        "Remove it: only services of the application can be waited for.",
      );
    else if (!uses.includes(target))
      report(
        where,
        `waits for "${target}", which is not in \`uses\``,
        own(services, target) ? `Add "${target}" to \`uses\`.` : "Only services in `uses` can be waited for.",
      );
    else if (waitsFor?.indexOf(target) !== index)
      report(where, `waits for "${target}" twice`, "Remove one of them.");
  if (waitSeconds !== undefined && (waitsFor ?? []).length === 0)
    report(where, "has `waitSeconds`, but waits for no service", "Remove it, or add `waitsFor`.");
}
