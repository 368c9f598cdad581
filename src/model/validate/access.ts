/** Checks how services are reached from outside the application: public paths and callers. */
import type { Application, Service } from "../application";
import { own } from "../graph";
import { suggest } from "../nearest";
import { MAIN_ROUTE, plainPath, routesOf } from "../public";
import type { Report } from "./report";

/** Checks routes: two must not have the same host and path. The stack says what the hosts are called. */
export function checkRoutes(application: Application, report: Report): void {
  const seen = new Map<string, string>();
  for (const [service, described] of Object.entries(application.services))
    for (const [name, route] of Object.entries(routesOf(described))) {
      const { host = "", match = "prefix", grpc } = route;
      const path = plainPath(route.path);
      const where = `service ${service}`;
      const key = name === MAIN_ROUTE ? "public" : `routes.${name}`;
      const same = [host, path, match, grpc?.service, grpc?.method].join(" ");
      const other = seen.get(same);
      if (name === MAIN_ROUTE && described.routes && Object.hasOwn(described.routes, MAIN_ROUTE))
        report(where, `the route in \`routes\` has the name of \`public\``, "Rename the route in `routes`.");
      else if (other !== undefined)
        report(
          where,
          `${other} has the same public path, ${path}${host === "" ? "" : ` of host ${host}`}`,
          `Change \`${key}.path\` of one of them.`,
        );
      seen.set(same, service);
      for (const [what, text] of [
        ["public path", path],
        ["path to rewrite to", plainPath(route.rewrite)],
        ["path to redirect to", plainPath(route.redirect?.path)],
      ] as const)
        if (!PATH.test(text) || /\/\.\.?(\/|$)/.test(text))
          report(
            where,
            `invalid ${what} "${text}"`,
            "Start it with /, and use letters, digits, - _ . and ~. Patterns and the parts . and .. are not allowed.",
          );
      if (route.redirect && route.rewrite !== undefined)
        report(
          where,
          `${key} has both \`redirect\` and \`rewrite\``,
          "Remove one of them: a redirect does not reach the service.",
        );
    }
}

const PATH = /^\/([\w.~-]+(\/[\w.~-]+)*\/?)?$/;

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
