/** The inventory as one stack has it: optional services in or out, externals where they are, or stood in for. */
import type { Settings } from "../config/schema";
import type { Application, External, Service } from "../model/application";
import { own } from "../model/graph";
import type { Problem } from "../model/problems";
import { compact } from "../model/records";

/**
 * The application that is planned. An external that is stood in for is a service as well, and whoever looks for a host
 * finds that first.
 */
export function inEnvironment(application: Application, settings: Settings): Application {
  const enabled = entriesOf(application.services).filter(([name, service]) =>
    isEnabled(settings, name, service),
  );
  const externals = entriesOf(application.externals).map(
    ([name, external]) => [name, placed(external, own(settings.externals, name))] as const,
  );
  const standIns = standInsFor(
    enabled.map(([, service]) => service),
    Object.fromEntries(externals),
    settings,
  );
  const services = { ...Object.fromEntries(enabled), ...standIns };
  const callers = entriesOf(application.callers).map(
    ([name, caller]) =>
      [name, { ...caller, calls: caller.calls.filter((target) => own(services, target)) }] as const,
  );
  return {
    ...application,
    services,
    externals: Object.fromEntries(externals),
    callers: Object.fromEntries(callers),
  };
}

/** Whether a name of the planned application is a stand-in. */
export const isStandIn = ({ services, externals }: Application, name: string): boolean =>
  own(services, name) !== undefined && own(externals ?? {}, name) !== undefined;

const isEnabled = (settings: Settings, name: string, { optional }: Service): boolean =>
  own(settings.services, name)?.enabled ?? optional === undefined;

/** The stand-ins of what is used; they may use others. */
function standInsFor(
  users: readonly Service[],
  externals: Record<string, External>,
  settings: Settings,
  found: Record<string, Service> = {},
): Record<string, Service> {
  for (const name of users.flatMap(({ uses }) => uses ?? [])) {
    const standIn = own(externals, name)?.standIn;
    if (!standIn || own(found, name) || !isStoodInFor(settings, name)) continue;
    found[name] = standIn;
    standInsFor([standIn], externals, settings, found);
  }
  return found;
}

/** A stack that says where an external is has one. */
const isStoodInFor = (settings: Settings, name: string): boolean =>
  settings.standIns &&
  own(settings.externals, name) === undefined &&
  own(settings.services, name)?.enabled !== false;

/** Another host is neither behind the inventory's pods nor at its addresses. */
function placed(external: External, setting: Settings["externals"][string] | undefined): External {
  if (!setting) return external;
  const { pods, cidr, ...rest } = external;
  const { host = rest.host, port = rest.port } = setting;
  const isMoved = [setting.host, setting.pods, setting.cidr].some((part) => part !== undefined);
  const place = compact({
    pods: setting.pods ?? (isMoved ? undefined : pods),
    cidr: setting.cidr ?? (isMoved ? undefined : cidr),
  });
  return { ...rest, host, port, ...place };
}

/**
 * Services that others need and the stack has not, and settings that exclude each other. `declared` is the inventory as
 * it is written.
 */
export function environmentProblems(
  declared: Application,
  planned: Application,
  settings: Settings,
): Problem[] {
  const off = Object.keys(declared.services).filter((name) => !own(planned.services, name));
  const needed = off.flatMap((name) => {
    const users = entriesOf(planned.services).filter(([, { uses }]) => uses?.includes(name));
    const [user] = users.map(([user]) => user);
    return user === undefined
      ? []
      : [
          {
            where: `flotilla:services.${name}.enabled`,
            what: `${user} uses ${name}, which the stack does not have`,
            todo: `Set it to true, or turn ${user} off as well.`,
          },
        ];
  });
  const twice = entriesOf(settings.externals).flatMap(([name, { pods, cidr }]) =>
    pods && cidr !== undefined
      ? [
          {
            where: `flotilla:externals.${name}`,
            what: "it has pods and addresses",
            todo: "Keep one: a network policy names the one or the other.",
          },
        ]
      : [],
  );
  return [...needed, ...twice, ...exposureProblems(planned, settings)];
}

/** One way in, and a load balancer leads to one service. */
function exposureProblems({ name, services }: Application, settings: Settings): Problem[] {
  if (!settings.loadBalancer) return [];
  const open = entriesOf(services).flatMap(([service, described]) => (described.public ? [service] : []));
  const problems: Problem[] = [];
  if (settings.ingress)
    problems.push({
      where: "flotilla:loadBalancer",
      what: "there is an ingress as well",
      todo: "Keep flotilla:ingress or flotilla:loadBalancer.",
    });
  if (open.length > 1)
    problems.push({
      where: "flotilla:loadBalancer",
      what: `${name} has ${open.length} public services, ${open.join(" and ")}: a load balancer does not route by path`,
      todo: "Use flotilla:ingress instead.",
    });
  for (const service of open) {
    const ports = Object.keys(own(services, service)?.ports ?? {});
    if (ports.length > 1)
      problems.push({
        where: "flotilla:loadBalancer",
        what: `${service} has the ports ${ports.join(" and ")}: a load balancer opens all of them`,
        todo: "Use flotilla:ingress instead, which opens one.",
      });
  }
  return problems;
}

const entriesOf = <T>(record: Record<string, T> | undefined): [string, T][] => Object.entries(record ?? {});
