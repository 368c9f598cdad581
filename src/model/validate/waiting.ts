/** Checks which services a service waits for. Circles are found in the plan, because they depend on the stack. */
import type { Application, Service } from "../application";
import { own } from "../graph";
import { isTcp } from "../ports";
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
    else if (!answers(own(services, target)))
      report(
        where,
        `waits for "${target}", whose first port is not TCP`,
        `Make a TCP port the first one of ${target}: a connection to it shows that it answers.`,
      );
    else if (waitsFor?.indexOf(target) !== index)
      report(where, `waits for "${target}" twice`, "Remove one of them.");
  if (waitSeconds !== undefined && (waitsFor ?? []).length === 0)
    report(where, "has `waitSeconds`, but waits for no service", "Remove it, or add `waitsFor`.");
}

/** Whether the first port of a service accepts connections. A service without ports is reported elsewhere. */
function answers(service: Service | undefined): boolean {
  const [first] = Object.values(service?.ports ?? {});
  return first === undefined || isTcp(first);
}
