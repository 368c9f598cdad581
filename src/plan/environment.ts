/** Adapts an inventory to a stack: optional services, addresses of externals, and stand-ins. */
import type { Settings } from "../config/schema";
import type { Application, External, Loader, Service } from "../model/application";
import type { Container } from "../model/containers";
import { own, programsOf } from "../model/graph";
import type { Problem } from "../model/problems";
import { routesOf } from "../model/public";
import { compact, mapValues } from "../model/records";
import type { Program, Task } from "../model/task";
import { hasEnvFrom, withValues } from "../model/variables";
import { declaredVariables, loaderVariables } from "./variable-values";

/**
 * Returns the application to plan. An external with a stand-in is also a service, so a lookup of its host must check services
 * first. The variables of services include those of the stack, with mentions of other variables replaced.
 */
export function inEnvironment(application: Application, settings: Settings): Application {
  const enabled = entriesOf(application.services).filter(([name, service]) =>
    isEnabled(settings, name, service),
  );
  const externals = entriesOf(application.externals).map(
    ([name, external]) => [name, placed(external, own(settings.externals, name))] as const,
  );
  const tasks = entriesOf(application.tasks).flatMap(([name, task]): [string, Task][] => {
    const before = task.before?.filter((service) => enabled.some(([other]) => other === service));
    // A migration has nothing to do without its services.
    if (before?.length === 0) return [];
    const env = withValues(declaredVariables(task, own(settings.tasks, name)?.env), hasEnvFrom(task));
    return [[name, { ...task, ...compact({ before }), env, ...containersWithValues(task) }]];
  });
  const standIns = standInsFor(
    [...enabled, ...tasks].map(([, program]) => program),
    Object.fromEntries(externals),
    settings,
  );
  const services = mapValues({ ...Object.fromEntries(enabled), ...standIns }, (service, name) => {
    const env = declaredVariables(service, own(settings.services, name)?.env);
    const containers = containersWithValues(service);
    return Object.keys(env).length === 0 && !service.env
      ? { ...service, ...containers }
      : { ...service, env: withValues(env, hasEnvFrom(service)), ...containers };
  });
  const callers = entriesOf(application.callers).map(
    ([name, caller]) =>
      [name, { ...caller, calls: caller.calls.filter((target) => own(services, target)) }] as const,
  );
  return {
    ...application,
    services,
    ...(application.tasks ? { tasks: Object.fromEntries(tasks) } : {}),
    stores: mapValues(application.stores, (store) =>
      store.loaders ? { ...store, loaders: mapValues(store.loaders, withVariables) } : store,
    ),
    externals: Object.fromEntries(externals),
    callers: Object.fromEntries(callers),
  };
}

/** Returns the containers beside a program, with mentions of other variables replaced. */
function containersWithValues({
  sidecars,
  initContainers,
}: Program): Pick<Program, "sidecars" | "initContainers"> {
  const filled = <T extends Container>(container: T): T =>
    container.env ? { ...container, env: withValues(container.env, hasEnvFrom(container)) } : container;
  return compact({
    sidecars: sidecars && mapValues(sidecars, filled),
    initContainers: initContainers && mapValues(initContainers, filled),
  });
}

const withVariables = (loader: Loader): Loader => ({ ...loader, env: withValues(loaderVariables(loader)) });

/** Whether a service of the planned application is a stand-in. */
export const isStandIn = ({ services, externals }: Application, name: string): boolean =>
  own(services, name) !== undefined && own(externals ?? {}, name) !== undefined;

const isEnabled = (settings: Settings, name: string, { optional }: Service): boolean =>
  own(settings.services, name)?.enabled ?? optional === undefined;

/** Returns the stand-ins of the externals that services, tasks or other stand-ins use. */
function standInsFor(
  users: readonly Program[],
  externals: Record<string, External>,
  settings: Settings,
  found: Record<string, Service> = {},
): Record<string, Service> {
  for (const name of users.flatMap(({ uses }) => uses ?? [])) {
    const standIn = own(externals, name)?.standIn;
    if (!standIn || own(found, name) || !usesStandIn(settings, name)) continue;
    found[name] = standIn;
    standInsFor([standIn], externals, settings, found);
  }
  return found;
}

/** Whether a stand-in replaces an external. A stack that sets the address of an external uses the real one. */
const usesStandIn = (settings: Settings, name: string): boolean =>
  settings.standIns &&
  own(settings.externals, name) === undefined &&
  own(settings.services, name)?.enabled !== false;

/** Returns an external with the stack's address. The inventory's pods and addresses do not apply to another host. */
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
 * Reports disabled services that others use, and settings that exclude each other. `declared` is the unchanged inventory.
 */
export function environmentProblems(
  declared: Application,
  planned: Application,
  settings: Settings,
): Problem[] {
  const off = Object.keys(declared.services).filter((name) => !own(planned.services, name));
  const needed = off.flatMap((name) => {
    const users = entriesOf(programsOf(planned)).filter(([, { uses }]) => uses?.includes(name));
    const [user] = users.map(([user]) => user);
    return user === undefined
      ? []
      : [
          {
            where: `flotilla:services.${name}.enabled`,
            what: `${user} uses ${name}, which is disabled in this stack`,
            todo: `Set it to true, or disable ${user} too.`,
          },
        ];
  });
  const twice = entriesOf(settings.externals).flatMap(([name, { pods, cidr }]) =>
    pods && cidr !== undefined
      ? [
          {
            where: `flotilla:externals.${name}`,
            what: "has both `pods` and `cidr`",
            todo: "Keep one of them: a network policy uses either pods or addresses.",
          },
        ]
      : [],
  );
  return [...needed, ...twice, ...exposureProblems(planned, settings)];
}

/** Reports several ways in, and load balancers for several services or ports. */
function exposureProblems({ name, services }: Application, settings: Settings): Problem[] {
  const problems: Problem[] = [];
  if (settings.gateway && settings.ingress)
    problems.push({
      where: "flotilla:gateway",
      what: "cannot be combined with flotilla:ingress: both would serve the same hosts",
      todo: "Keep flotilla:gateway or flotilla:ingress. A layer's setting is removed with `null`.",
    });
  if (!settings.loadBalancer) return problems;
  const open = entriesOf(services).flatMap(([service, described]) =>
    Object.keys(routesOf(described)).length > 0 ? [service] : [],
  );
  if (settings.gateway)
    problems.push({
      where: "flotilla:loadBalancer",
      what: "cannot be combined with flotilla:gateway",
      todo: "Keep flotilla:gateway or flotilla:loadBalancer.",
    });
  if (settings.ingress)
    problems.push({
      where: "flotilla:loadBalancer",
      what: "cannot be combined with flotilla:ingress",
      todo: "Keep flotilla:ingress or flotilla:loadBalancer.",
    });
  if (open.length > 1)
    problems.push({
      where: "flotilla:loadBalancer",
      what: `${name} has ${open.length} public services, ${open.join(" and ")}: a load balancer does not route by path`,
      todo: "Use flotilla:gateway or flotilla:ingress instead.",
    });
  for (const service of open) {
    if (own(services, service)?.headless)
      problems.push({
        where: "flotilla:loadBalancer",
        what: `${service} is headless, and a load balancer needs a Service with an address`,
        todo: `Remove \`headless\` from ${service}, or use flotilla:ingress instead.`,
      });
    const ports = Object.keys(own(services, service)?.ports ?? {});
    if (ports.length > 1)
      problems.push({
        where: "flotilla:loadBalancer",
        what: `${service} has the ports ${ports.join(" and ")}: a load balancer would expose all of them`,
        todo: "Use flotilla:gateway or flotilla:ingress instead, which expose one.",
      });
  }
  return problems;
}

const entriesOf = <T>(record: Record<string, T> | undefined): [string, T][] => Object.entries(record ?? {});
