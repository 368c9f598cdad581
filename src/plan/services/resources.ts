/** Merges the stack's requests and limits over the inventory's, key by key. */
import type { ServiceSettings } from "../../config/schema";
import type { Resources, Service } from "../../model/application";
import { PRESETS } from "../../model/presets";
import { amountOf } from "../../model/quantity";

export const DISK = "ephemeral-storage";

/** The charts' default request for ephemeral storage. */
export const USUAL_DISK = "64Mi";

/** Returns the base with the stack's overrides. A null removes a key. */
export function mergeResources(base: Resources, override: ServiceSettings["resources"]) {
  const requests = defined({ ...base.requests, ...override?.requests });
  const limits = defined({ ...base.limits, ...override?.limits });
  return { requests: { ...requests, ...lowerRequest(requests, limits) }, limits };
}

/** Returns the request for ephemeral storage if the limit is lower than the charts' default request. */
function lowerRequest(
  { [DISK]: request }: Record<string, string>,
  { [DISK]: limit }: Record<string, string>,
): Record<string, string> {
  if (limit === undefined || request !== undefined || amountOf(limit) >= amountOf(USUAL_DISK)) return {};
  return { [DISK]: limit };
}

/** Returns the requests and limits of a service: its own or its language's, with the stack's overrides. */
export const serviceResources = (service: Service, override: ServiceSettings["resources"]) =>
  mergeResources(service.resources ?? PRESETS[service.language].resources, override);

/** Returns a map without undefined and null values. A null in Helm values would delete the chart's default. */
function defined<T>(record: Record<string, T | null | undefined>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).filter(
      (entry): entry is [string, T] => entry[1] !== undefined && entry[1] !== null,
    ),
  );
}
