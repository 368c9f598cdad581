/** Checks how services are reached from outside the application: their public paths, and their callers. */
import type { Application, Service } from "../application";
import { own } from "../graph";
import { suggest } from "../nearest";
import type { Report } from "./report";

/** Checks public paths. All services share one host, so each needs a path of its own. */
export function checkWaysIn(application: Application, report: Report): void {
  const seen = new Map<string, string>();
  for (const [name, service] of Object.entries(application.services)) {
    if (!service.public) continue;
    // To an Ingress, a path with and without a slash at the end are the same.
    const path = (service.public.path ?? "/").replace(/(.)\/$/, "$1");
    const where = `service ${name}`;
    const other = seen.get(path);
    if (other !== undefined)
      report(
        where,
        `${other} is public under the same path, ${path}`,
        "Give one of them another `public.path`.",
      );
    seen.set(path, name);
    if (!/^\/([\w.~-]+(\/[\w.~-]+)*\/?)?$/.test(path) || /\/\.\.?(\/|$)/.test(path))
      report(
        where,
        `its public path "${path}" is not one`,
        "Start it with /, and use letters, digits, - _ . and ~, no pattern, and no part that is . or ..",
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
          `it calls "${target}", which is not a service of ${application.name}`,
          suggest(target, services),
        );
      else if (listensNowhere(own(application.services, target)))
        report(
          `caller ${name}`,
          `it calls "${target}", which listens on no port`,
          `Give ${target} a port or remove the call.`,
        );
}

/** Whether a service has no port. */
export const listensNowhere = (service: Service | undefined): boolean =>
  service !== undefined && Object.keys(service.ports ?? {}).length === 0;
