/** Checks one service of an inventory. */
import type { Application, Service, User } from "../application";
import { own, servicePort } from "../graph";
import { nameOfPath } from "../names";
import { suggest } from "../nearest";
import { FIRST_SAFE_ID, PRESETS } from "../presets";
import { isText, mentionsPassword, referencesOf, type Text } from "../text";
import { wordsIn } from "../words";
import { checkResources } from "./quantities";
import { checkReference } from "./references";
import type { Report } from "./report";
import { listensNowhere } from "./ways-in";

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
  for (const target of uses) {
    if (target === name) report(where, "it uses itself", `Remove "${target}" from \`uses\`.`);
    else if (name === `wait-for-${target}`)
      report(
        where,
        `its container would be named like the one that waits for ${target}`,
        "Give it another name.",
      );
    else if (!own(application.services, target) && !stores.includes(target) && !externals.includes(target))
      report(
        where,
        `it uses "${target}", which is neither a service, a store nor an external of ${application.name}`,
        suggest(target, [...Object.keys(application.services), ...stores, ...externals]),
      );
    else if (listensNowhere(own(application.services, target)))
      report(
        where,
        `it uses "${target}", which listens on no port`,
        `Give ${target} a port or remove the edge.`,
      );
  }
  const seen = { container: new Map<number, string>(), service: new Map<number, string>() };
  for (const [portName, port] of Object.entries(service.ports ?? {})) {
    const served = servicePort(port);
    const listening = seen.container.get(port.container);
    const serving = seen.service.get(served);
    if (listening)
      report(where, `ports ${listening} and ${portName} are both ${port.container}`, "Change one of them.");
    else if (serving)
      report(
        where,
        `ports ${serving} and ${portName} are both ${served} of the Service`,
        "Change one of them.",
      );
    seen.container.set(port.container, portName);
    seen.service.set(served, portName);
  }
  checkPaths(where, service, report);
  if (service.user && isLow(service.user) && service.user.reason === undefined)
    report(
      where,
      `its user ${service.user.uid}:${service.user.gid} is below ${FIRST_SAFE_ID}, where a node has its own users`,
      `Use ${FIRST_SAFE_ID} or more, or give the \`reason\` why the image needs this one.`,
    );
  for (const [what, portName] of portsNamed(service))
    if (Object.keys(service.ports ?? {}).length === 0)
      report(where, `${what} is "${portName}", and it has no port at all`, "Describe the port in `ports`.");
    else if (!own(service.ports ?? {}, portName))
      report(
        where,
        `${what} is "${portName}", which it does not have`,
        suggest(portName, Object.keys(service.ports ?? {})),
      );
  checkResources(where, service.resources, report);
  checkScaling(where, service, report);
  const { sleepSeconds, graceSeconds } = { ...PRESETS[service.language]?.shutdown, ...service.shutdown };
  if (sleepSeconds >= graceSeconds)
    report(
      where,
      `it sleeps ${sleepSeconds} s of the ${graceSeconds} s that it has to stop`,
      "Set `shutdown.graceSeconds` to more than `sleepSeconds`.",
    );
  checkPermissions(where, service, report);
  for (const [key, text] of wordsIn(service))
    if (mentionsPassword(text))
      report(
        `${where}, ${key}`,
        "a password in a command can be read by everyone who sees the pod",
        "Make it an environment variable, here NAME, and write $(NAME).",
      );
  const texts = [
    ...Object.entries(service.env ?? {}),
    ...Object.entries(service.files ?? {}).filter(([, content]) => isText(content)),
    ...wordsIn(service),
  ];
  for (const [key, text] of texts)
    for (const reference of referencesOf(text as Text))
      checkReference(application, name, uses, `${where}, ${key}`, reference, report);
}

/** The port names that a service mentions, each with its purpose. */
function portsNamed(service: Service): [string, string][] {
  const probes = [service.probe, service.liveness].flatMap((probe) => (probe ? Object.values(probe) : []));
  const asked = probes.flatMap(({ port }) => (port === undefined ? [] : [["the port of its probe", port]]));
  return [
    ...asked,
    ...(service.public ? [["its public port", service.public.port]] : []),
    ...(service.metrics ? [["the port of its metrics", service.metrics.port]] : []),
  ] as [string, string][];
}

function checkScaling(where: string, { autoscaling, minAvailable }: Service, report: Report): void {
  const { minReplicas = 1, maxReplicas = minReplicas } = autoscaling ?? {};
  if (!(minReplicas >= 1 && maxReplicas >= minReplicas))
    report(
      where,
      `it scales from ${minReplicas} to ${maxReplicas} pods`,
      "Set `minReplicas` to at least 1, and `maxReplicas` to at least `minReplicas`.",
    );
  if (autoscaling?.minReplicas !== undefined && minAvailable !== undefined && minAvailable >= minReplicas)
    report(
      where,
      `${minAvailable} of at least ${minReplicas} pods must stay, so that no node could be drained`,
      "Set `minAvailable` below `minReplicas`.",
    );
}

function checkPermissions(where: string, { permissions }: Service, report: Report): void {
  for (const [key, { resources, names, verbs }] of Object.entries(permissions ?? {}))
    if ([...resources, ...names, ...verbs].includes("*") || names.length === 0)
      report(
        `${where}, permission ${key}`,
        "it allows everything",
        "Name the resources, the objects and the verbs.",
      );
}

const isLow = ({ uid, gid }: User): boolean => uid < FIRST_SAFE_ID || gid < FIRST_SAFE_ID;

function checkPaths(where: string, service: Service, report: Report): void {
  const seen = new Map<string, string>();
  for (const path of [...(service.writable ?? []), ...Object.keys(service.files ?? {})]) {
    const name = nameOfPath(path);
    const other = seen.get(name);
    if (other !== undefined)
      report(where, `the paths ${other} and ${path} are too similar`, "Change one: both get the same name.");
    seen.set(name, path);
  }
}
