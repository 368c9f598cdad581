/** Checks the sidecars and init containers of a service or task. */
import type { Application, Service } from "../application";
import { containersOf, type Sidecar, variableOf } from "../containers";
import { own } from "../graph";
import { DNS_LABEL } from "../names";
import { suggest } from "../nearest";
import { directoriesOf } from "../pod";
import { mountedVolumes } from "../volumes";
import { checkPaths } from "./paths";
import { checkTcp } from "./ports";
import { checkResources } from "./quantities";
import { checkTexts } from "./references";
import type { Report } from "./report";
import { checkExposed } from "./secrets";

/** Beginning of the names of containers that wait. */
const WAITS = "wait-for-";

/** Longest name of a container: names of volumes contain it. */
const LONGEST_NAME = 20;

/** Checks the containers beside the program of a service, task or stand-in. */
export function checkContainers(
  application: Application,
  name: string,
  where: string,
  service: Service,
  report: Report,
): void {
  const shared = [
    ...directoriesOf(service.writable).map(({ path }) => path),
    ...Object.values(service.volumes ?? {}).map(({ path }) => path),
    ...Object.keys(service.files ?? {}),
  ];
  for (const { name: container, kind, container: described } of containersOf(service)) {
    const at = `${where}, ${kind} ${container}`;
    const { env = {}, mounts = {} } = described;
    if (container.length > LONGEST_NAME || !DNS_LABEL.test(container))
      report(
        at,
        `"${container}" is not a valid container name`,
        `Use at most ${LONGEST_NAME} lower-case letters, digits and hyphens, starting with a letter.`,
      );
    else if (container === name) report(at, "the program has the same name", "Use another name.");
    else if (container.startsWith(WAITS))
      report(
        at,
        `names that begin with ${WAITS} are reserved for Flotilla's containers`,
        "Use another name.",
      );
    else if (kind === "init container" && own(service.sidecars ?? {}, container))
      report(at, "a sidecar has the same name", "Rename one of them.");
    for (const path of Object.keys(mounts))
      if (!shared.includes(path))
        report(
          `${at}, mounts`,
          `the program has no directory, volume or file ${path}`,
          shared.length === 0
            ? `Add it to the program: writable: [${JSON.stringify(path)}].`
            : suggest(path, shared),
        );
    const ofOthers = new Set(mountedVolumes(service).map(([, { path }]) => path));
    const isFile = (path: string) => Object.hasOwn(service.files ?? {}, path);
    const targets = Object.entries(mounts);
    checkPaths(
      at,
      {
        writable: described.writable ?? [],
        volumes: Object.fromEntries(
          targets
            .filter(([path]) => !isFile(path))
            .map(([from, path]) => [from, { path, isExternal: ofOthers.has(from) }]),
        ),
        files: targets.filter(([path]) => isFile(path)).map(([, path]) => path),
      },
      report,
    );
    checkResources(at, described.resources, report);
    checkSidecarPorts(at, described, report);
    for (const variable of Object.keys(env))
      if (own(service.env ?? {}, variableOf(container, variable)) !== undefined)
        report(
          at,
          `the program has a variable ${variableOf(container, variable)}, whose key in the Secret would be the same`,
          "Rename one of them.",
        );
    checkExposed(at, { env }, report);
    checkTexts(application, name, service.uses ?? [], at, described, report);
  }
}

/** Checks the ports, the probe and the start of a sidecar. */
function checkSidecarPorts(where: string, sidecar: Sidecar, report: Report): void {
  const { ports = {}, probe, startupSeconds } = sidecar;
  const numbers = Object.values(ports).map(({ container }) => container);
  const twice = numbers.find((number, index) => numbers.indexOf(number) < index);
  if (twice !== undefined)
    report(where, `two ports have the number ${twice}`, "Keep one of them: Helm could not update both.");
  for (const { port } of probe ? Object.values(probe) : [])
    if (port !== undefined && !own(ports, port))
      report(
        where,
        `the port of the probe is "${port}", which the sidecar does not have`,
        Object.keys(ports).length === 0
          ? "Add it to `ports` of the sidecar."
          : suggest(port, Object.keys(ports)),
      );
  checkTcp(where, { ports, ...(probe && { probe }) }, report);
  if (probe === undefined && numbers.length > 0)
    report(
      where,
      "has ports, but no probe",
      "Add `probe`, or remove `ports`: ports for clients belong in `ports` of the service.",
    );
  if (probe === undefined && startupSeconds !== undefined)
    report(where, "has `startupSeconds`, but no probe", "Add `probe`, or remove `startupSeconds`.");
}
