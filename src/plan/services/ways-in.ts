/** Resolves the routes of services in a stack: their hosts, and what the stack's gateway or ingress cannot do. */
import type { Settings } from "../../config/schema";
import type { Application, Port, Public, Service } from "../../model/application";
import { own } from "../../model/graph";
import { suggest } from "../../model/nearest";
import type { Problem } from "../../model/problems";
import { MAIN_ROUTE, plainPath, routePort, routesOf } from "../../model/public";
import { compact } from "../../model/records";

/** A host of a stack. */
interface Host {
  host: string;
  protocol: "http" | "https";
  /** Listener of the gateway. */
  section?: string;
  tlsSecret?: string;
  clusterIssuer?: string;
}

/** A route of a service in a stack with a gateway or an ingress. */
export interface Route extends Host {
  service: string;
  /** Name of the route in the inventory. */
  name: string;
  route: Public;
  port: Port;
}

type WaysIn = Pick<Settings, "gateway" | "ingress">;

/** Whether the ingress controller is ingress-nginx, by the name of its class. */
export const isNginx = ({ className }: NonNullable<Settings["ingress"]>): boolean =>
  /nginx/.test(className ?? "");

/** Returns a host of the stack by the name that routes use. Undefined if there is no such host, or no way in. */
function hostOf({ gateway, ingress }: WaysIn, name: string | undefined): Host | undefined {
  if (gateway) {
    const named = name === undefined ? gateway : own(gateway.hosts ?? {}, name);
    return (
      named &&
      compact({
        host: named.host,
        protocol: named.protocol ?? gateway.protocol,
        section: named.section ?? gateway.section,
      })
    );
  }
  if (!ingress) return undefined;
  const named = name === undefined ? ingress : own(ingress.hosts ?? {}, name);
  if (!named) return undefined;
  const hasOwn = named.tlsSecret !== undefined || named.clusterIssuer !== undefined;
  const { tlsSecret, clusterIssuer } = hasOwn ? named : ingress;
  const isSafe = tlsSecret !== undefined || clusterIssuer !== undefined;
  return compact({ host: named.host, protocol: isSafe ? "https" : "http", tlsSecret, clusterIssuer });
}

/** Returns the routes of a service in a stack. Empty in a stack without a gateway and an ingress. */
export const routesIn = (settings: WaysIn, service: string, described: Service): Route[] =>
  Object.entries(routesOf(described)).flatMap(([name, route]) => {
    const port = routePort(described, route);
    const host = hostOf(settings, route.host);
    return port && host ? [{ ...host, service, name, route, port }] : [];
  });

/** Returns the public URL of a route. */
export function urlOf({ host, protocol, route }: Route): string {
  const path = route.path ?? "/";
  return `${protocol}://${host}${path === "/" ? "" : path}`;
}

/** What a route asks of a gateway or an ingress. */
const ASKS = {
  rewrite: "`rewrite`",
  redirect: "`redirect`",
  cors: "`cors`",
  timeoutSeconds: "`timeoutSeconds`",
  maxBody: "`maxBody`",
  rateLimit: "`rateLimit`",
} as const;
type Ask = keyof typeof ASKS;

/** What changes the answers of a service: without it, the route would be wrong. */
const ESSENTIAL: readonly Ask[] = ["rewrite", "redirect", "cors"];

/** Returns what the way in of a stack cannot do for a route. */
function lacks({ gateway, ingress }: WaysIn, route: Public, port: Port): Ask[] {
  const asked = (Object.keys(ASKS) as Ask[]).filter((key) => route[key] !== undefined);
  if (gateway)
    return asked.filter(
      (key) => key === "maxBody" || key === "rateLimit" || (port.protocol === "grpc" && key in ASKS),
    );
  return ingress && !isNginx(ingress) ? asked : [];
}

const listOf = (asks: readonly Ask[]): string => asks.map((key) => ASKS[key]).join(", ");

const keyOf = ({ name }: Pick<Route, "name">): string => (name === MAIN_ROUTE ? "public" : `routes.${name}`);

/** Reports routes that the stack's gateway or ingress cannot serve. */
export function wayInProblems(application: Application, settings: Settings): Problem[] {
  const { gateway, ingress } = settings;
  const problems: Problem[] = [];
  if (!gateway && !ingress) return problems;
  const setting = gateway ? "flotilla:gateway" : "flotilla:ingress";
  const hosts = Object.keys((gateway ?? ingress)?.hosts ?? {});
  for (const [service, described] of Object.entries(application.services))
    for (const [name, route] of Object.entries(routesOf(described))) {
      const where = `apps/${application.name}.ts: service ${service}: ${keyOf({ name })}`;
      const port = routePort(described, route);
      if (!port) continue;
      if (hostOf(settings, route.host) === undefined)
        problems.push({
          where: `${setting}.hosts`,
          what: `has no host ${route.host}, which service ${service} names in ${keyOf({ name })}.host`,
          todo: `Set it: ${setting}.hosts.${route.host}.host. ${hosts.length === 0 ? "" : suggest(route.host ?? "", hosts)}`.trim(),
        });
      const isWeb = port.protocol === "http" || port.protocol === "grpc";
      if (!isWeb && (gateway !== undefined || port.protocol !== "tcp"))
        problems.push({
          where,
          what: `the protocol of port ${route.port} is ${port.protocol}, and ${setting} passes on HTTP and gRPC only`,
          todo: "Use a port whose protocol is http or grpc, or flotilla:loadBalancer.",
        });
      if (route.grpc && port.protocol !== "grpc")
        problems.push({
          where: `${where}.grpc`,
          what: `the protocol of port ${route.port} is ${port.protocol}`,
          todo: "Use a port whose protocol is grpc, or remove `grpc`.",
        });
      else if (route.grpc && !gateway)
        problems.push({
          where: `${where}.grpc`,
          what: "an Ingress cannot route by gRPC service",
          todo: "Use flotilla:gateway, or `path`: the path of a gRPC request is /<service>/<method>.",
        });
      if (gateway && port.protocol === "grpc" && plainPath(route.path) !== "/")
        problems.push({
          where: `${where}.path`,
          what: `port ${route.port} is grpc, and a GRPCRoute has no path`,
          todo: "Use `grpc: { service, method }` instead of `path`.",
        });
      problems.push(...lackProblems(settings, where, route, port));
    }
  return [...problems, ...sameRouteProblems(application, settings)];
}

function lackProblems(settings: Settings, where: string, route: Public, port: Port): Problem[] {
  const lacking = lacks(settings, route, port);
  const { gateway, ingress } = settings;
  if (lacking.length > 0 && !gateway && ingress?.className === undefined)
    return [
      {
        where,
        what: `has ${listOf(lacking)}, which an Ingress only has with ingress-nginx, and the stack does not say which controller serves it`,
        todo: "Set flotilla:ingress.className to the class of ingress-nginx, such as nginx, or to another class, or use flotilla:gateway.",
      },
    ];
  const essential = lacking.filter((key) => ESSENTIAL.includes(key));
  if (essential.length === 0) return [];
  return [
    {
      where,
      what: `has ${listOf(essential)}, which ${gateway ? "a GRPCRoute" : `the IngressClass ${ingress?.className}`} does not have`,
      todo: gateway
        ? "Remove it: it is for http ports."
        : "Remove it, or use ingress-nginx or flotilla:gateway.",
    },
  ];
}

/** Warns of limits that the stack's gateway or ingress does not enforce. */
export const wayInWarnings = (application: Application, settings: Settings): string[] =>
  Object.entries(application.services).flatMap(([service, described]) =>
    Object.entries(routesOf(described)).flatMap(([name, route]) => {
      const port = routePort(described, route);
      if (!port) return [];
      const limits = lacks(settings, route, port).filter((key) => !ESSENTIAL.includes(key));
      const ignored = settings.gateway && Object.keys(route.annotations ?? {}).length > 0;
      const words = [...(limits.length > 0 ? [listOf(limits)] : []), ...(ignored ? ["`annotations`"] : [])];
      const by = settings.gateway
        ? `the routes of gateway ${settings.gateway.name} do not have: set it in a policy of the gateway`
        : `the IngressClass ${settings.ingress?.className} does not get: set it in \`annotations\` or in the controller`;
      return words.length === 0
        ? []
        : [
            `apps/${application.name}.ts: service ${service}: ${keyOf({ name })} has ${words.join(" and ")}, which ${by}`,
          ];
    }),
  );

/** Reports routes with the same host and path, and hosts with both HTTP and gRPC routes, which a gateway refuses. */
function sameRouteProblems(application: Application, settings: Settings): Problem[] {
  const problems: Problem[] = [];
  const seen = new Map<string, Route>();
  const kinds = new Map<string, Route>();
  const all = Object.entries(application.services).flatMap(([name, service]) =>
    routesIn(settings, name, service),
  );
  for (const route of all) {
    const { service, host, port, route: written, section = "" } = route;
    const { match = "prefix", grpc } = written;
    const where = `apps/${application.name}.ts: service ${service}: ${keyOf(route)}`;
    const at = `${host}${plainPath(written.path)}`;
    const key = [section, at, match, grpc?.service, grpc?.method].join(" ");
    const other = seen.get(key);
    // The same name of a host is reported for the inventory.
    if (other && other.route.host !== written.host)
      problems.push({
        where,
        what: `has the same host and path as ${keyOf(other)} of ${other.service}: ${at}`,
        todo: `Change one of them, or one of the stack's hosts: ${settings.gateway ? "flotilla:gateway" : "flotilla:ingress"}.hosts.`,
      });
    seen.set(key, route);
    const sharing = kinds.get(`${section} ${host}`);
    if (settings.gateway && sharing && (sharing.port.protocol === "grpc") !== (port.protocol === "grpc"))
      problems.push({
        where,
        what: `host ${host} has a ${port.protocol} route here and a ${sharing.port.protocol} route in ${sharing.service}, and a gateway serves only one kind for a host`,
        todo: "Set `host` of one of them to another host of the stack.",
      });
    if (!sharing) kinds.set(`${section} ${host}`, route);
  }
  return problems;
}
