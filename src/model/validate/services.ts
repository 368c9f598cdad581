/** Checks one service of an inventory. */
import type { Application, Service, User } from "../application";
import { own } from "../graph";
import { WAIT_CONTAINER } from "../names";
import { suggest } from "../nearest";
import { FIRST_SAFE_ID, PRESETS } from "../presets";
import { MAIN_ROUTE, routesOf } from "../public";
import { compact, mapValues } from "../records";
import { isExternal } from "../volumes";
import { hasNoPorts } from "./access";
import { checkContainers } from "./containers";
import { checkPaths } from "./paths";
import { checkPodNeeds } from "./pod-needs";
import { checkPorts } from "./ports";
import { checkResources } from "./quantities";
import { checkTexts } from "./references";
import type { Report } from "./report";
import { checkExposed } from "./secrets";
import { checkVolumes } from "./volumes";
import { checkWaiting } from "./waiting";

/** Checks a service, or the stand-in of an external. */
export function checkService(
  application: Application,
  name: string,
  service: Service,
  report: Report,
  kind = "service",
): void {
  const where = `${kind} ${name}`;
  const stores = Object.keys(application.stores);
  const externals = Object.keys(application.externals ?? {});
  const uses = service.uses ?? [];
  if (name === WAIT_CONTAINER)
    report(
      where,
      "the name is that of the init container that waits for what a service uses",
      "Use another name.",
    );
  for (const target of uses) {
    if (target === name) report(where, `the ${kind} uses itself`, `Remove "${target}" from \`uses\`.`);
    else if (!own(application.services, target) && !stores.includes(target) && !externals.includes(target))
      report(
        where,
        `uses "${target}", which is not a service, store or external of ${application.name}`,
        suggest(target, [...Object.keys(application.services), ...stores, ...externals]),
      );
    else if (hasNoPorts(own(application.services, target)))
      report(
        where,
        `uses "${target}", which has no ports`,
        `Add a port to ${target}, or remove it from \`uses\`.`,
      );
  }
  checkPorts(where, service, report);
  checkPaths(
    where,
    {
      ...compact({ writable: service.writable }),
      volumes: mapValues(service.volumes ?? {}, (volume) => ({
        path: volume.path,
        isExternal: isExternal(volume),
      })),
      files: Object.keys(service.files ?? {}),
    },
    report,
  );
  checkVolumes(where, service, report, kind);
  checkPodNeeds(application, where, service, report);
  if (service.user && isLow(service.user) && service.user.reason === undefined)
    report(
      where,
      `the user ${service.user.uid}:${service.user.gid} is below ${FIRST_SAFE_ID} and may be a user of the node`,
      `Use ${FIRST_SAFE_ID} or higher, or set \`reason\` to why the image needs this user.`,
    );
  for (const [what, portName] of portsNamed(service))
    if (Object.keys(service.ports ?? {}).length === 0)
      report(where, `${what} is "${portName}", but the service has no ports`, "Add the port to `ports`.");
    else if (!own(service.ports ?? {}, portName))
      report(
        where,
        `${what} is "${portName}", which does not exist`,
        suggest(portName, Object.keys(service.ports ?? {})),
      );
  checkResources(where, service.resources, report);
  checkScaling(where, service, report);
  const { sleepSeconds, graceSeconds } = { ...PRESETS[service.language]?.shutdown, ...service.shutdown };
  if (sleepSeconds >= graceSeconds)
    report(
      where,
      `\`shutdown.sleepSeconds\` (${sleepSeconds}) leaves no time to stop within \`graceSeconds\` (${graceSeconds})`,
      "Set `shutdown.graceSeconds` to more than `sleepSeconds`.",
    );
  checkPermissions(where, service, report);
  checkExposed(where, service, report);
  checkContainers(application, name, where, service, report);
  checkWaiting(application, where, service, report);
  checkTexts(application, name, uses, where, service, report);
}

/** Returns the port names that a service mentions, each with its purpose. */
function portsNamed(service: Service): [string, string][] {
  const probes = [service.probe, service.liveness].flatMap((probe) => (probe ? Object.values(probe) : []));
  const probed = probes.flatMap(({ port }) => (port === undefined ? [] : [["the port of the probe", port]]));
  return [
    ...probed,
    ...Object.entries(routesOf(service)).map(([name, { port }]) => [
      name === MAIN_ROUTE ? "the public port" : `the port of route ${name}`,
      port,
    ]),
    ...(service.metrics ? [["the port of the metrics", service.metrics.port]] : []),
  ] as [string, string][];
}

function checkScaling(where: string, { autoscaling, minAvailable }: Service, report: Report): void {
  const { minReplicas = 1, maxReplicas = minReplicas } = autoscaling ?? {};
  if (!(minReplicas >= 1 && maxReplicas >= minReplicas))
    report(
      where,
      `the autoscaler has minReplicas ${minReplicas} and maxReplicas ${maxReplicas}`,
      "Set `minReplicas` to at least 1, and `maxReplicas` to at least `minReplicas`.",
    );
  if (autoscaling?.minReplicas !== undefined && minAvailable !== undefined && minAvailable >= minReplicas)
    report(
      where,
      `${minAvailable} of at least ${minReplicas} pods must stay available, so that no node can be drained`,
      "Set `minAvailable` below `minReplicas`.",
    );
}

function checkPermissions(where: string, { permissions }: Service, report: Report): void {
  for (const [key, { resources, names, verbs }] of Object.entries(permissions ?? {}))
    if ([...resources, ...names, ...verbs].includes("*") || names.length === 0)
      report(
        `${where}, permission ${key}`,
        "the permission allows everything",
        "Name the resources, the objects and the verbs.",
      );
}

const isLow = ({ uid, gid }: User): boolean => uid < FIRST_SAFE_ID || gid < FIRST_SAFE_ID;
