/** Checks the volumes of a service, and what its kind of workload can have. */
import type { Service } from "../application";
import { hasOnePod, keptVolumes } from "../volumes";
import type { Report } from "./report";

/** Longest name of a StatefulSet: its pods have a label with the name and a hash (the chart has the same limit). */
const LONGEST_STATEFUL_NAME = 52;

/** Names of volumes that the plan or the chart adds. */
const RESERVED = /^(files|secret-files.*|write-.*)$/;

/** Checks a service, or the stand-in of an external. `where` ends with the name. */
export function checkVolumes(where: string, service: Service, report: Report, kind: string): void {
  const { workload, podManagementPolicy, volumes = {}, autoscaling } = service;
  const name = where.split(" ").at(-1) as string;
  if (podManagementPolicy !== undefined && workload !== "StatefulSet")
    report(
      where,
      "has `podManagementPolicy`, which only a StatefulSet has",
      'Add `workload: "StatefulSet"`, or remove it.',
    );
  if (workload === "StatefulSet" && name.length > LONGEST_STATEFUL_NAME)
    report(
      where,
      `the name has ${name.length} characters, and the name of a StatefulSet can have ${LONGEST_STATEFUL_NAME}`,
      "Use a shorter name.",
    );
  for (const volume of Object.keys(volumes))
    if (RESERVED.test(volume))
      report(`${where}, volume ${volume}`, "Flotilla uses this name itself", "Use another name.");
  const kept = keptVolumes(service).map(([volume]) => volume);
  if (kept.length > 0 && kind !== "service")
    report(
      where,
      `has the volume ${kept[0]}, but a stand-in keeps no data`,
      "Use `writable`, or describe it as a service or a store.",
    );
  if (hasOnePod(service) && autoscaling !== undefined)
    report(
      where,
      `has an autoscaler, but only one pod can use its volume ${kept.join(" and ")}`,
      'Remove `autoscaling`; use `accessMode: "ReadWriteMany"` if the storage class supports it; or use `workload: "StatefulSet"`, where each pod has its own volume.',
    );
}
