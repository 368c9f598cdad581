/**
 * Orders the updates of services that take over each other's routes. ingress-nginx refuses an Ingress while another one has its
 * host and path, so the service that gives a route up comes first.
 */
import type { Problem } from "../../model/problems";
import type { PlanContext } from "../context";
import type { ReleasePlan, Values } from "../plan";
import type { MicroserviceValues } from "./microservice-values";

/** A route that goes from a deployed service to another one. */
interface RouteMove {
  from: string;
  to: string;
  /** Host and path. */
  route: string;
}

/** Returns the routes of a service from its values. A slash at the end of a path makes no difference. */
function routesIn(values: Values): string[] {
  const { ingress } = values as unknown as MicroserviceValues;
  return Object.values(ingress?.hosts ?? {}).map(
    ({ host, path = "/" }) => `${host}${path.replace(/(.)\/$/, "$1")}`,
  );
}

/** Returns the routes that this update moves from one service to another. */
function routeMoves({ deployed }: PlanContext, releases: readonly ReleasePlan[]): RouteMove[] {
  const holders = Object.entries(deployed).flatMap(([name, { kind, values }]) =>
    kind === "service" ? routesIn(values).map((route) => ({ name, route })) : [],
  );
  return releases.flatMap(({ name: to, kind, values }) =>
    kind !== "service"
      ? []
      : routesIn(values).flatMap((route) =>
          holders
            .filter((holder) => holder.route === route && holder.name !== to)
            .map(({ name: from }) => ({ from, to, route })),
        ),
  );
}

/** Adds to the needs of services the services whose routes they take over. */
export function inRouteOrder(context: PlanContext, releases: readonly ReleasePlan[]): ReleasePlan[] {
  const moves = routeMoves(context, releases);
  const names = new Set(releases.map(({ name }) => name));
  return releases.map((release) => {
    const first = moves.filter(({ from, to }) => to === release.name && names.has(from));
    return first.length === 0
      ? release
      : { ...release, needs: [...release.needs, ...new Set(first.map(({ from }) => from))] };
  });
}

/** Reports routes that cannot move in one update: from a service that goes, which goes last, and around in a circle. */
export function routeProblems(context: PlanContext, releases: readonly ReleasePlan[]): Problem[] {
  const { application, settings, stack } = context;
  // Other controllers take two Ingresses of one route.
  if (!/nginx/.test(settings.ingress?.className ?? "nginx")) return [];
  const moves = routeMoves(context, releases);
  const names = new Set(releases.map(({ name }) => name));
  return moves.flatMap(({ from, to, route }): Problem[] => {
    const where = `apps/${application.name}.ts: service ${to}: public`;
    if (!names.has(from))
      return [
        {
          where,
          what: `it takes ${route} over from ${from}, which goes with this update: an update removes ${from} last, and ingress-nginx refuses a second Ingress with the same host and path`,
          todo: `Take two updates: keep ${from} in the inventory without \`public\` and run npx flotilla up --stack ${stack}, which moves the route; then remove ${from} and run it again.`,
        },
      ];
    const isCircle = leadsTo(moves, from, to);
    return isCircle
      ? [
          {
            where,
            what: `it takes ${route} over from ${from}, and the routes move in a circle: ingress-nginx refuses a second Ingress with the same host and path`,
            todo: `Take two updates: remove \`public\` from ${from} and run npx flotilla up --stack ${stack}; then add its new one and run it again.`,
          },
        ]
      : [];
  });
}

/** Whether a service takes a route over from another one, directly or through others. */
function leadsTo(
  moves: readonly RouteMove[],
  to: string,
  from: string,
  seen: readonly string[] = [],
): boolean {
  const sources = moves.filter((move) => move.to === to).map((move) => move.from);
  return (
    sources.includes(from) ||
    sources.some((source) => !seen.includes(source) && leadsTo(moves, source, from, [...seen, source]))
  );
}
