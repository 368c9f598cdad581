/** Who may talk to whom, as a network policy: what the edges say, and nothing else. */
import type { Settings } from "../../config/schema";
import type { Application } from "../../model/application";
import { type Edge, edgesOf, own } from "../../model/graph";
import type { AppContext } from "../context";
import type { MicroserviceValues, Rule } from "../services/microservice-values";

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
  context: AppContext,
  name: string,
): Required<Pick<NonNullable<MicroserviceValues["networkPolicy"]>, "ingress" | "egress">> {
  const { application, settings } = context;
  const clients = rules(application, edgesTo(application, name), ({ from }) => from);
  const used = rules(
    application,
    (edgesByEnd(application).from.get(name) ?? []).filter(({ kind }) => kind !== "caller"),
    ({ to }) => to,
  );
  return {
    ingress: {
      ...clients,
      ...publicRule(context, name),
      ...scraperRule(context, name),
    },
    egress: { ...settingsRules(settings, name), ...used, ...apiServerRule(application, settings, name) },
  };
}

/** Where API servers listen, behind their Service and by themselves: no policy can name them otherwise. */
export const API_SERVER_PORTS = [443, 6443, 8443, 16443];

/** Pods with a token may use it. A name with an underscore is no service's. */
function apiServerRule(
  application: Application,
  { apiServer }: Settings,
  name: string,
): Record<string, Rule> {
  const { permissions = {} } = own(application.services, name) ?? {};
  const ports = [...API_SERVER_PORTS];
  if (Object.keys(permissions).length === 0) return {};
  return { kubernetes_api: apiServer === undefined ? { anywhere: true, ports } : { cidr: apiServer, ports } };
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
  (edgesByEnd(application).to.get(name) ?? []).filter(({ kind }) => kind !== "external");

interface EdgesByEnd {
  from: ReadonlyMap<string, Edge[]>;
  to: ReadonlyMap<string, Edge[]>;
}

const found = new WeakMap<Application, EdgesByEnd>();

/** Found once for an application: each of its releases asks for its own. */
function edgesByEnd(application: Application): EdgesByEnd {
  const known = found.get(application);
  if (known) return known;
  const edges = edgesOf(application);
  const ends = { from: groupBy(edges, ({ from }) => from), to: groupBy(edges, ({ to }) => to) };
  found.set(application, ends);
  return ends;
}

function groupBy(edges: readonly Edge[], end: (edge: Edge) => string): Map<string, Edge[]> {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    const group = groups.get(end(edge));
    if (group) group.push(edge);
    else groups.set(end(edge), [edge]);
  }
  return groups;
}

/** One rule for each other side, with the ports of all edges to it. */
function rules(
  application: Application,
  edges: readonly Edge[],
  otherSide: (edge: Edge) => string,
): Record<string, Rule> {
  const named: Record<string, Rule> = {};
  for (const edge of edges) {
    const other = otherSide(edge);
    const ports = [...(own(named, other)?.ports ?? []), edge.targetPort];
    named[other] = { ...peerOf(application, edge, other), ports };
  }
  return named;
}

/** The other side: a release of the application, pods of another namespace, addresses, or anywhere. */
function peerOf(application: Application, { kind }: Edge, other: string): Omit<Rule, "ports"> {
  const caller = kind === "caller" ? own(application.callers ?? {}, other) : undefined;
  if (caller) return { namespace: caller.namespace, pods: { ...caller.labels } };
  if (kind !== "external") return { pods: podsOf(other) };
  const { pods, cidr } = own(application.externals ?? {}, other) ?? {};
  if (pods) return { namespace: pods.namespace, pods: { ...pods.labels } };
  return cidr === undefined ? { anywhere: true } : { cidr };
}

/** People reach the public port through the ingress controller, or from anywhere. A name with an underscore is no service's. */
function publicRule({ application, settings }: AppContext, name: string): Record<string, Rule> {
  const port = own(application.services, name)?.public?.port;
  if (port === undefined) return {};
  if (settings.loadBalancer) return { load_balancer: { anywhere: true, ports: [port] } };
  return settings.ingress
    ? { ingress_controller: { namespace: settings.ingress.namespace, ports: [port] } }
    : {};
}

/** What scrapes may read the metrics. */
function scraperRule({ application, settings }: AppContext, name: string): Record<string, Rule> {
  const port = own(application.services, name)?.metrics?.port;
  return port === undefined || settings.monitoring === undefined
    ? {}
    : { metrics_scraper: { namespace: settings.monitoring.namespace, ports: [port] } };
}
