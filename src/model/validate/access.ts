/** Checks how services are reached from outside the application: public paths and callers. */
import type { Application, Service } from "../application";
import { own } from "../graph";
import { suggest } from "../nearest";
import type { Report } from "./report";

/** Checks public paths. All services share one host, so each needs its own path. */
export function checkPublicPaths(application: Application, report: Report): void {
  const seen = new Map<string, string>();
  for (const [name, service] of Object.entries(application.services)) {
    if (!service.public) continue;
    // For an Ingress, a trailing slash makes no difference.
    const path = (service.public.path ?? "/").replace(/(.)\/$/, "$1");
    const where = `service ${name}`;
    const other = seen.get(path);
    if (other !== undefined)
      report(where, `${other} has the same public path, ${path}`, "Change `public.path` of one of them.");
    seen.set(path, name);
    if (!/^\/([\w.~-]+(\/[\w.~-]+)*\/?)?$/.test(path) || /\/\.\.?(\/|$)/.test(path))
      report(
        where,
        `invalid public path "${path}"`,
        "Start it with /, and use letters, digits, - _ . and ~. Patterns and the parts . and .. are not allowed.",
      );
  }
}

/** Checks that callers call services that listen on a port. */
export function checkCallers(application: Application, report: Report): void {
  const services = Object.keys(application.services);
  for (const [name, { calls }] of Object.entries(application.callers ?? {}))
    for (const target of calls)
      if (!services.includes(target))
        report(
          `caller ${name}`,
          `calls "${target}", which is not a service of ${application.name}`,
          suggest(target, services),
        );
      else if (hasNoPorts(own(application.services, target)))
        report(
          `caller ${name}`,
          `calls "${target}", which has no ports`,
          `Add a port to ${target}, or remove it from \`calls\`.`,
        );
}

/** Whether a service has no ports. */
export const hasNoPorts = (service: Service | undefined): boolean =>
  service !== undefined && Object.keys(service.ports ?? {}).length === 0;
