/** What pods wait for before their program starts: stores, services in `waitsFor`, and names that the program needs. */
import type { Application, Service } from "../../model/application";
import { own, usedBy } from "../../model/graph";
import type { Problem } from "../../model/problems";
import type { AppContext } from "../context";
import { addressOf } from "../hosts";
import type { ReleasePlan } from "../plan";
import type { MicroserviceValues } from "./microservice-values";
import { podsAtMost } from "./scaling";
import { pathBetween, waitedFor } from "./service-order";

/** How long a pod waits for services that `waitsFor` names, in seconds, unless the stack's rollouts are shorter. */
const USUAL_SECONDS = 120;

/** Returns what the pods of a service wait for. A pod that waits for a service too long fails, and is started again. */
export function waitsOf(context: AppContext, service: Service): MicroserviceValues["waitFor"] {
  const { application, settings } = context;
  const address = (target: string) => {
    const { host, port } = addressOf(context, target);
    return { host, port };
  };
  const names = service.needsNames ? usedBy(application, service, "services") : [];
  const seconds = service.waitSeconds ?? Math.min(USUAL_SECONDS, settings.rolloutSeconds);
  return Object.fromEntries([
    ...usedBy(application, service, "stores").map((store) => [store, address(store)]),
    ...names.map((target) => [target, { ...address(target), until: "resolves" }]),
    // A service that answers also has a name.
    ...waitedFor(service).map((target) => [target, { ...address(target), seconds }]),
  ]);
}

/** Reports services that wait for each other in a cycle, or for a service that has no pods in this stack. */
export function waitProblems(context: AppContext): Problem[] {
  const { application, settings } = context;
  return Object.entries(application.services).flatMap(([name, service]): Problem[] =>
    waitedFor(service).flatMap((target): Problem[] => {
      const where = `apps/${application.name}.ts: service ${name}`;
      const back = pathBetween(application, target, name);
      if (back)
        return [
          {
            where,
            what: `waits for ${target} in a cycle: ${describe(application, [name, ...back])}`,
            todo: `Remove "${target}" from \`waitsFor\`, or break the cycle elsewhere: none of them could start first.`,
          },
        ];
      if (podsAtMost(context, target) > 0 || podsAtMost(context, name) === 0) return [];
      return [
        {
          where:
            own(settings.services, target)?.replicas === 0
              ? `flotilla:services.${target}.replicas`
              : "flotilla:replicas",
          what: `${target} has no pods in this stack, but ${name} waits for it`,
          todo: `Set it to at least 1, or also stop ${name}.`,
        },
      ];
    }),
  );
}

/** Describes a cycle: `a waits for b, b needs the name of a`. */
const describe = ({ services }: Application, path: readonly string[]): string =>
  path
    .slice(1)
    .map((to, index) => {
      const from = path[index] as string;
      return `${from} ${waitedFor(own(services, from)).includes(to) ? "waits for" : "needs the name of"} ${to}`;
    })
    .join(", ");

/** Reports time-outs above the time limit of the release: Helm would end the update first, without naming the reason. */
export const waitSecondsProblems = (
  { application: { name: application, services } }: AppContext,
  releases: readonly Pick<ReleasePlan, "name" | "timeoutSeconds">[],
): Problem[] =>
  releases.flatMap(({ name, timeoutSeconds }) => {
    const { waitSeconds = 0 } = own(services, name) ?? {};
    return waitSeconds < timeoutSeconds
      ? []
      : [
          {
            where: `apps/${application}.ts: service ${name}`,
            what: `\`waitSeconds\` is ${waitSeconds}, but an update of ${name} fails after ${timeoutSeconds} seconds`,
            todo: `Set it to less than ${timeoutSeconds}, or raise flotilla:rolloutSeconds.`,
          },
        ];
  });
