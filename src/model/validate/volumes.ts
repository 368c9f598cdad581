/** Checks the volumes of a service, and what its kind of workload can have. */
import type { Service } from "../application";
import { keysOfPaths } from "../names";
import { keptVolumes, mountedVolumes, sourcesOf, volumesOfOnePod } from "../volumes";
import type { Report } from "./report";

/** Longest name of a StatefulSet: its pods have a label with the name and a hash (the chart has the same limit). */
const LONGEST_STATEFUL_NAME = 52;

/** Names of volumes that the plan or the chart adds. */
const RESERVED = /^(files|secret-files.*|write-.*|own-.*)$/;

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
  const keyOf = keysOfPaths(service);
  const ofFiles = new Set(Object.keys(service.files ?? {}).map(keyOf));
  for (const volume of Object.keys(volumes))
    if (RESERVED.test(volume) || ofFiles.has(volume))
      report(`${where}, volume ${volume}`, "Flotilla uses this name itself", "Use another name.");
  checkFiles(where, service, report);
  const kept = keptVolumes(service).map(([volume]) => volume);
  if (kept.length > 0 && kind !== "service")
    report(
      where,
      `has the volume ${kept[0]}, but a stand-in keeps no data`,
      "Use `writable`, or describe it as a service or a store.",
    );
  const single = volumesOfOnePod(service);
  if (single.length > 0 && autoscaling !== undefined)
    report(
      where,
      `has an autoscaler, but only one pod can use its volume ${single.join(" and ")}`,
      'Remove `autoscaling`; use `accessMode: "ReadWriteMany"` if the storage class supports it; or use `workload: "StatefulSet"`, where each pod has its own volume.',
    );
}

/** Checks that no two keys or sources of a volume have the same file. */
function checkFiles(where: string, service: Service, report: Report): void {
  for (const [name, volume] of mountedVolumes(service)) {
    const files = sourcesOf(volume).flatMap((source) =>
      "token" in source
        ? [source.token.path]
        : "fields" in source
          ? Object.keys(source.fields)
          : "keys" in source
            ? Object.values(source.keys ?? {})
            : [],
    );
    const twice = files.find((file, index) => files.indexOf(file) < index);
    if (twice !== undefined)
      report(`${where}, volume ${name}`, `two of its files are named ${twice}`, "Rename one of them.");
  }
}
