/** The inventory as one stack has it: optional services in or out, externals where they are, or stood in for. */
import type { Settings } from "../config/schema";
import type { Application, External, Service } from "../model/application";
import { own } from "../model/graph";
import type { Problem } from "../model/problems";

/**
 * The application that is planned. An external that is stood in for is a service as well, and whoever looks for a host
 * finds that first.
 */
export function inEnvironment(application: Application, settings: Settings): Application {
  const enabled = entriesOf(application.services).filter(([name, service]) =>
    isEnabled(settings, name, service),
  );
  const used = new Set(enabled.flatMap(([, { uses }]) => uses ?? []));
  const externals = entriesOf(application.externals).map(
    ([name, external]) => [name, placed(external, own(settings.externals, name))] as const,
  );
  const standIns = externals.flatMap(([name, { standIn }]) =>
    standIn && used.has(name) && isStoodInFor(settings, name) ? [[name, standIn] as const] : [],
  );
  const services = Object.fromEntries([...enabled, ...standIns]);
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

/** A stack that says where an external is has one. */
const isStoodInFor = (settings: Settings, name: string): boolean =>
  settings.standIns && own(settings.externals, name) === undefined;

/** Another host is not behind the inventory's pods. */
function placed(external: External, setting: Settings["externals"][string] | undefined): External {
  if (!setting) return external;
  const { pods, ...rest } = external;
  const { host = rest.host, port = rest.port, cidr = rest.cidr } = setting;
  const kept = setting.pods ?? (setting.host === undefined && setting.cidr === undefined ? pods : undefined);
  return {
    ...rest,
    host,
    port,
    ...(cidr === undefined ? {} : { cidr }),
    ...(kept === undefined ? {} : { pods: kept }),
  };
}

/** Services that others need and the stack has not, and settings that none of its services takes. */
export function environmentProblems(application: Application, settings: Settings): Problem[] {
  const planned = inEnvironment(application, settings);
  const off = Object.keys(application.services).filter((name) => !own(planned.services, name));
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
  return [...needed, ...exposureProblems(planned, settings)];
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
      what: `${name} has ${open.length} public services, ${open.join(" and ")}: a load balancer knows no paths`,
      todo: "Use flotilla:ingress instead.",
    });
  return problems;
}

const entriesOf = <T>(record: Record<string, T> | undefined): [string, T][] => Object.entries(record ?? {});
