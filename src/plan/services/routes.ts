/**
 * Orders the updates of services that take over routes from each other. ingress-nginx refuses an Ingress while another one has
 * the same host and path, so the service that gives up a route is updated first.
 */
import { own } from "../../model/graph";
import type { Problem } from "../../model/problems";
import { MAIN_ROUTE, plainPath } from "../../model/public";
import type { PlanContext } from "../context";
import type { ReleasePlan, Values } from "../plan";
import type { MicroserviceValues } from "./microservice-values";

/** A route that moves from a deployed service to another one. */
interface RouteMove {
  from: string;
  to: string;
  /** Host and path. */
  route: string;
}

/** Returns the routes of a service from its values. A trailing slash makes no difference. */
const routesIn = (values: Values): string[] => Object.keys(holdersIn(values));

/** Returns the routes of a service, each with the key of its Ingress. */
function holdersIn(values: Values): Record<string, string> {
  const { ingress, ingresses = {} } = values as unknown as MicroserviceValues;
  return Object.fromEntries(
    Object.entries({ ...ingresses, ...(ingress ? { [MAIN_ROUTE]: ingress } : {}) }).flatMap(([key, one]) =>
      Object.values(one.hosts ?? {}).map(({ host, path }) => [`${host}${plainPath(path)}`, key]),
    ),
  );
}

/** Returns the routes that the update moves from one service to another. */
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

/**
 * Adds the services whose routes a service takes over to its `needs`. Where that makes a cycle, an order for the sake of names
 * gives way: services that give up a route are deployed, so their names exist.
 */
export function orderedByRoutes(context: PlanContext, releases: readonly ReleasePlan[]): ReleasePlan[] {
  const moves = routeMoves(context, releases);
  if (moves.length === 0) return [...releases];
  const names = new Set(releases.map(({ name }) => name));
  const before = (release: ReleasePlan) =>
    moves.filter(({ from, to }) => to === release.name && names.has(from)).map(({ from }) => from);
  const needs = Object.fromEntries(
    releases.map((release) => [release.name, [...new Set([...release.needs, ...before(release)])]]),
  );
  return releases.map((release) => ({
    ...release,
    needs: (needs[release.name] ?? []).filter(
      (need) => before(release).includes(need) || !reaches(needs, need, release.name),
    ),
  }));
}

/** Whether one name leads to another, directly or through others. */
function reaches(
  needs: Readonly<Record<string, readonly string[]>>,
  from: string,
  to: string,
  seen = new Set<string>(),
): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return (own(needs, from) ?? []).some((next) => reaches(needs, next, to, seen));
}

/** Reports routes that cannot move in one update: from a removed service, which is deleted last, and in a cycle. */
export function routeProblems(context: PlanContext, releases: readonly ReleasePlan[]): Problem[] {
  const { application, settings, stack } = context;
  // Other controllers accept two Ingresses with the same route.
  if (!/nginx/.test(settings.ingress?.className ?? "nginx")) return [];
  const moves = routeMoves(context, releases);
  const names = new Set(releases.map(({ name }) => name));
  const problems = moves.flatMap(({ from, to, route }): Problem[] => {
    const where = `apps/${application.name}.ts: service ${to}: public`;
    if (!names.has(from))
      return [
        {
          where,
          what: `takes over ${route} from ${from}, which this update removes: ${from} is deleted last, and ingress-nginx refuses a second Ingress with the same host and path`,
          todo: `Use two updates: keep ${from} in the inventory without \`public\` and run npx flotilla up --stack ${stack}, which moves the route; then remove ${from} and run it again.`,
        },
      ];
    const isCycle = leadsTo(moves, from, to);
    return isCycle
      ? [
          {
            where,
            what: `takes over ${route} from ${from}, and the routes move in a cycle: ingress-nginx refuses a second Ingress with the same host and path`,
            todo: `Use two updates: remove \`public\` from ${from} and run npx flotilla up --stack ${stack}; then add the new \`public\` and run it again.`,
          },
        ]
      : [];
  });
  return [...problems, ...renamedProblems(context, releases)];
}

/** Reports routes that move to another Ingress of their service, which Helm creates before it deletes the old one. */
const renamedProblems = (
  { application, deployed, stack }: PlanContext,
  releases: readonly ReleasePlan[],
): Problem[] =>
  releases.flatMap(({ name, kind, values }) => {
    const before = own(deployed, name);
    if (kind !== "service" || before?.kind !== "service") return [];
    const held = holdersIn(before.values);
    return Object.entries(holdersIn(values)).flatMap(([route, key]) => {
      const old = own(held, route);
      return old === undefined || old === key
        ? []
        : [
            {
              where: `apps/${application.name}.ts: service ${name}`,
              what: `the route ${route} moves from ${old} to ${key}: its new Ingress is created before the old one is deleted, and ingress-nginx refuses a second Ingress with the same host and path`,
              todo: `Keep the name ${old}. Or use two updates: remove the route and run npx flotilla up --stack ${stack}; then add it with its new name and run it again.`,
            },
          ];
    });
  });

/** Whether a service takes over a route from another one, directly or through others. */
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
