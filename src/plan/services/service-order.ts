/**
 * Orders services that cannot start before other services exist or answer. All other services are independent of each other: they
 * may use each other in a cycle, and are installed in parallel.
 */
import type { Application, Service } from "../../model/application";
import { own, usedBy } from "../../model/graph";

/**
 * Returns the services whose releases come before a service's own: those that it waits for, and those that it uses, if it needs
 * their names on start. If such a release fails, the service is not touched. Without the order its pods would wait for a name that
 * Helm has removed again, until its time limit. Services that need each other's names in a cycle are left out: their pods wait for
 * the names.
 */
export function servicesBefore(application: Application, name: string): string[] {
  return before(application, name).filter((target) => pathBetween(application, target, name) === undefined);
}

/** Returns the services that a service waits for. */
export const waitedFor = (service: Service | undefined): string[] => service?.waitsFor ?? [];

/** Returns the services whose names a service needs on start. */
function namesNeeded(application: Application, name: string): string[] {
  const service = own(application.services, name);
  return service?.needsNames ? usedBy(application, service, "services") : [];
}

const before = (application: Application, name: string): string[] => [
  ...new Set([...namesNeeded(application, name), ...waitedFor(own(application.services, name))]),
];

/** Returns the services from one to another that must start before, such as `["a", "b", "c"]`. Undefined if there is no such path. */
export function pathBetween(
  application: Application,
  from: string,
  to: string,
  seen = new Set<string>(),
): string[] | undefined {
  if (from === to) return [to];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const next of before(application, from)) {
    const path = pathBetween(application, next, to, seen);
    if (path) return [from, ...path];
  }
  return undefined;
}
