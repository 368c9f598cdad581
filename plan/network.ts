/** Who may talk to whom, as a network policy: what the edges say, and nothing else. */
import type { Settings } from "../config/schema";
import type { Application } from "../model/application";
import { type Edge, edgesOf, own } from "../model/graph";
import type { MicroserviceValues, Rule } from "./microservice-values";

/** Names a pod's release: every chart gives its pods this label, Bitnami's too. */
export const podsOf = (release: string): Record<string, string> => ({
  "app.kubernetes.io/instance": release,
});

/** Names of the services that use a service or store. */
export function clientsOf(application: Application, name: string): string[] {
  return [...new Set(edgesTo(application, name).map(({ from }) => from))];
}

/** What the network policy of a service lets through, besides DNS, which the chart lets through itself. */
export function networkPolicyOf(
  application: Application,
  settings: Settings,
  name: string,
): Required<Pick<NonNullable<MicroserviceValues["networkPolicy"]>, "ingress" | "egress">> {
  const clients = rules(edgesTo(application, name), ({ from }) => from);
  const used = rules(
    edgesOf(application).filter(({ from }) => from === name),
    ({ to }) => to,
  );
  return {
    ingress: { ...clients, ...publicRule(application, settings, name) },
    egress: { ...settingsRules(settings, name), ...used },
  };
}

/** What the stack lets through besides: a variable may lead a service to where the inventory does not know. */
function settingsRules(settings: Settings, name: string): Record<string, Rule> {
  const rules = Object.entries(own(settings.services, name)?.egress ?? {}).map(([key, { cidr, ports }]) => [
    // A name with an underscore is no service's.
    `setting_${key}`,
    cidr === undefined ? { anywhere: true, ports } : { cidr, ports },
  ]);
  return Object.fromEntries(rules);
}

const edgesTo = (application: Application, name: string): Edge[] =>
  edgesOf(application).filter(({ to, kind }) => to === name && kind !== "external");

/** One rule for each other side, with the ports of all edges to it. */
function rules(edges: readonly Edge[], otherSide: (edge: Edge) => string): Record<string, Rule> {
  const named: Record<string, Rule> = {};
  for (const edge of edges) {
    const other = otherSide(edge);
    const ports = [...(own(named, other)?.ports ?? []), edge.targetPort];
    named[other] = edge.kind === "external" ? { anywhere: true, ports } : { pods: podsOf(other), ports };
  }
  return named;
}

/** The ingress controller may reach the public port. A name with an underscore is no service's. */
function publicRule(application: Application, settings: Settings, name: string): Record<string, Rule> {
  const port = own(application.services, name)?.publicPort;
  if (port === undefined || settings.ingress === undefined) return {};
  return { ingress_controller: { namespace: settings.ingress.namespace, ports: [port] } };
}
