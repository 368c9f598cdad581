/**
 * Orders services that cannot start before other services exist. All other services are independent of each other: they may use
 * each other in a cycle, and are installed in parallel.
 */
import type { Application } from "../../model/application";
import { own, usedBy } from "../../model/graph";

/**
 * Returns the services whose releases come before a service's own: those that it uses, if it needs their names on start. If such a
 * release fails, the service is not touched. Without the order its pods would wait for a name that Helm has removed again, until
 * its time limit. Services that need each other's names in a cycle are left out: their pods wait for the names.
 */
export function servicesBefore(application: Application, name: string): string[] {
  return namesNeeded(application, name).filter((target) => !leadsTo(application, target, name));
}

/** Returns the services whose names a service needs on start. */
function namesNeeded(application: Application, name: string): string[] {
  const service = own(application.services, name);
  return service?.needsNames ? usedBy(application, service, "services") : [];
}

/** Whether a service needs the name of another one, directly or through others. */
function leadsTo(application: Application, from: string, to: string, seen = new Set<string>()): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return namesNeeded(application, from).some((next) => leadsTo(application, next, to, seen));
}
