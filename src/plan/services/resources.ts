/** Resource requests and limits: the inventory's, with the stack's laid over them key by key. */
import type { ServiceSettings } from "../../config/schema";
import type { Resources, Service } from "../../model/application";
import { PRESETS } from "../../model/presets";

export function mergeResources(base: Resources, override: ServiceSettings["resources"]) {
  return {
    requests: defined({ ...base.requests, ...override?.requests }),
    limits: defined({ ...base.limits, ...override?.limits }),
  };
}

/** Of a service: its own or its language's, and the stack's laid over them. */
export const serviceResources = (service: Service, override: ServiceSettings["resources"]) =>
  mergeResources(service.resources ?? PRESETS[service.language].resources, override);

/** A map without the keys that have no value: a null in Helm values deletes the chart's default. */
function defined<T>(record: Record<string, T | null | undefined>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).filter(
      (entry): entry is [string, T] => entry[1] !== undefined && entry[1] !== null,
    ),
  );
}
