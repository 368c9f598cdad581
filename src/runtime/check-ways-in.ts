/** Checks that the cluster has the gateway or the IngressClass of a stack, before an update. */
import type { Settings } from "../config/schema";
import { suggest } from "../model/nearest";
import { type Problem, refuse } from "../model/problems";
import type { Plan } from "../plan/plan";
import type { Answer, Ask } from "./ask-cluster";

/** A Gateway as the API server has it. */
export interface LiveGateway {
  metadata: { namespace?: string };
  spec?: {
    listeners?: {
      name: string;
      hostname?: string;
      allowedRoutes?: { namespaces?: { from?: string } };
    }[];
  };
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

type WaysIn = Pick<Settings, "gateway" | "ingress">;

/** Returns the path of the stack's gateway in the API. `namespace` is that of the stack. */
export const gatewayPath = ({ name, namespace }: NonNullable<Settings["gateway"]>, home: string): string =>
  `/apis/gateway.networking.k8s.io/v1/namespaces/${encodeURIComponent(namespace ?? home)}/gateways/${encodeURIComponent(name)}`;

/** Returns why routes cannot be attached to the gateway of a stack. */
export function gatewayProblems(
  gateway: NonNullable<Settings["gateway"]>,
  answer: Answer,
  home: string,
): Problem[] {
  const where = "flotilla:gateway";
  if ("unread" in answer) return [];
  const place = `Gateway ${gateway.name} in namespace ${gateway.namespace ?? home}`;
  if ("missing" in answer)
    return [
      answer.unserved
        ? {
            where,
            what: "the cluster does not serve the Gateway API (gateway.networking.k8s.io/v1)",
            todo: "Install it with a gateway controller, or use flotilla:ingress.",
          }
        : {
            where: `${where}.name`,
            what: `the cluster has no ${place}`,
            todo: "Create it, or correct the name and the namespace. To list all: kubectl get gateways -A",
          },
    ];
  const { spec } = answer.object as LiveGateway;
  const listeners = spec?.listeners ?? [];
  const names = listeners.map(({ name }) => name);
  const wanted = [
    { key: `${where}.section`, section: gateway.section },
    ...Object.entries(gateway.hosts ?? {}).map(([host, { section }]) => ({
      key: `${where}.hosts.${host}.section`,
      section,
    })),
  ];
  return wanted.flatMap(({ key, section }): Problem[] => {
    const used = listeners.filter(({ name }) => section === undefined || name === section);
    if (section !== undefined && used.length === 0)
      return [{ where: key, what: `the ${place} has no listener ${section}`, todo: suggest(section, names) }];
    const isClosed =
      (gateway.namespace ?? home) !== home &&
      (key === `${where}.section` || section !== undefined) &&
      used.every(({ allowedRoutes }) => (allowedRoutes?.namespaces?.from ?? "Same") === "Same");
    return isClosed
      ? [
          {
            where: key,
            what: `${section === undefined ? "no listener" : `the listener ${section}`} of ${place} ${section === undefined ? "accepts" : "does not accept"} routes from other namespaces, such as ${home}`,
            todo: "Set allowedRoutes.namespaces of the listener to All, or to a Selector that matches the namespace.",
          },
        ]
      : [];
  });
}

/** Returns why an Ingress would have no controller. */
export function classProblem({ className }: NonNullable<Settings["ingress"]>, answer: Answer): Problem[] {
  return className !== undefined && "missing" in answer
    ? [
        {
          where: "flotilla:ingress.className",
          what: `the cluster has no IngressClass ${className}`,
          todo: "Install the ingress controller, or set it to another class. To list all: kubectl get ingressclasses",
        },
      ]
    : [];
}

/** Checks the way in of a stack. @throws FlotillaError if the cluster does not have it. */
export async function checkWaysIn(ask: Ask, planned: Plan, { gateway, ingress }: WaysIn): Promise<void> {
  if (Object.keys(planned.entries).length === 0) return;
  const namespace = planned.namespace.name;
  if (gateway) refuse(gatewayProblems(gateway, await ask(gatewayPath(gateway, namespace)), namespace));
  if (ingress?.className !== undefined)
    refuse(
      classProblem(
        ingress,
        await ask(`/apis/networking.k8s.io/v1/ingressclasses/${encodeURIComponent(ingress.className)}`),
      ),
    );
}
