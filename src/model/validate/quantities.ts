/** Checks that amounts in an inventory are Kubernetes quantities. */
import type { Resources } from "../application";
import { amountOf } from "../quantity";
import type { Report } from "./report";

/** Checks requests and limits. */
export function checkResources(where: string, resources: Resources | undefined, report: Report): void {
  for (const [kind, amounts] of Object.entries(resources ?? {}))
    for (const [resource, amount] of Object.entries(amounts as Record<string, string>))
      checkQuantity(`${where}, resources.${kind}.${resource}`, amount, report);
}

/** Checks one amount, which must be above 0. */
export function checkQuantity(where: string, amount: string, report: Report): void {
  if (!(amountOf(amount) > 0))
    report(where, `"${amount}" is not a quantity`, 'Use a Kubernetes quantity, such as "500m" or "8Gi".');
}
