/** Derives network policies from the edges of the graph. */
import type { Settings } from "../../config/schema";
import type { Application } from "../../model/application";
import { type Edge, edgesOf, own } from "../../model/graph";
import { transportOf } from "../../model/ports";
import { routesOf } from "../../model/public";
import type { AppContext } from "../context";
import { TASK_LABEL } from "../labels";
import type { MicroserviceValues, Rule } from "../services/microservice-values";

/** Returns the label that selects the pods of a release. All charts set it, including Bitnami's. */
export const podsOf = (release: string): Record<string, string> => ({
  "app.kubernetes.io/instance": release,
});

/** Returns the label that selects the pods of a service, store or task. */
export const podsOfClient = ({ tasks = {} }: Application, name: string): Record<string, string> =>
  own(tasks, name) ? { [TASK_LABEL]: name } : podsOf(name);

/** Returns the names of the services and tasks that use a service or store. */
export function clientsOf(application: Application, name: string): string[] {
  return [...new Set(edgesTo(application, name).map(({ from }) => from))];
}

/** Returns the rules of the network policy of a service or task. The chart adds a rule for DNS. */
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
      ...peerRule(application, name),
      ...publicRule(context, name),
      ...scraperRule(context, name),
    },
    egress: {
      ...settingsRules(settings, name),
      ...used,
      ...peerRule(application, name),
      ...apiServerRule(application, settings, name),
    },
  };
}

/** Allows the pods of a StatefulSet to connect to each other: its headless Service is for members of a cluster. */
function peerRule(application: Application, name: string): Record<string, Rule> {
  const { workload, ports = {} } = own(application.services, name) ?? {};
  const numbers = Object.values(ports).map(({ container, protocol }) => ruleText(container, protocol));
  return workload === "StatefulSet" && numbers.length > 0
    ? { own_pods: { pods: podsOf(name), ports: numbers } }
    : {};
}

/** Ports of API servers and of their Service. A network policy can only select an API server by port or address. */
export const API_SERVER_PORTS = [443, 6443, 8443, 16443];

/** Allows pods with a token to use the Kubernetes API. No service name has an underscore, so rule names cannot collide. */
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

/** Allows the additional connections in the settings, for example to an address in a variable. */
function settingsRules(settings: Settings, name: string): Record<string, Rule> {
  const rules = Object.entries(own(settings.services, name)?.egress ?? {}).map(([key, { cidr, ports }]) => [
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

/** Returns the edges of an application by source and target. They are computed once, because every release needs them. */
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

/** Returns one rule for each peer, or for each of its address ranges, with the ports of all edges to it. */
function rules(
  application: Application,
  edges: readonly Edge[],
  otherSide: (edge: Edge) => string,
): Record<string, Rule> {
  const named: Record<string, Rule> = {};
  for (const edge of edges) {
    const other = otherSide(edge);
    const ports = [...(own(named, other)?.ports ?? []), ruleText(edge.targetPort, edge.protocol)];
    peersOf(application, edge, other).forEach((peer, index) => {
      named[index === 0 ? other : `${other}_${index + 1}`] = { ...peer, ports };
    });
  }
  return named;
}

/** Returns a port as the chart's rules have it: one without a protocol is for TCP. */
function ruleText(port: number, protocol: string): number | string {
  const transport = transportOf(protocol);
  return transport === "TCP" ? port : `${port}/${transport}`;
}

/** Returns the peers of an edge: a release of the application, pods in another namespace, address ranges, or any address. */
function peersOf(application: Application, { kind }: Edge, other: string): Omit<Rule, "ports">[] {
  const caller = kind === "caller" ? own(application.callers ?? {}, other) : undefined;
  if (caller) return [{ namespace: caller.namespace, pods: { ...caller.labels } }];
  if (kind !== "external") return [{ pods: podsOfClient(application, other) }];
  const { pods, cidr } = own(application.externals ?? {}, other) ?? {};
  if (pods) return [{ namespace: pods.namespace, pods: { ...pods.labels } }];
  return cidr === undefined ? [{ anywhere: true }] : [cidr].flat().map((range) => ({ cidr: range }));
}

/** Allows connections to the public ports, from the gateway or ingress controller, or from any address if there is a load balancer. */
function publicRule({ application, settings, namespace }: AppContext, name: string): Record<string, Rule> {
  const ports = [
    ...new Set(Object.values(routesOf(own(application.services, name) ?? {})).map(({ port }) => port)),
  ];
  if (ports.length === 0) return {};
  const { loadBalancer, gateway, ingress } = settings;
  if (loadBalancer) return { load_balancer: { anywhere: true, ports } };
  if (gateway)
    return {
      gateway_proxies: { namespace: gateway.proxyNamespace ?? gateway.namespace ?? namespace, ports },
    };
  return ingress ? { ingress_controller: { namespace: ingress.namespace, ports } } : {};
}

/** Allows the pods that scrape metrics to connect. */
function scraperRule({ application, settings }: AppContext, name: string): Record<string, Rule> {
  const port = own(application.services, name)?.metrics?.port;
  return port === undefined || settings.monitoring === undefined
    ? {}
    : { metrics_scraper: { namespace: settings.monitoring.namespace, ports: [port] } };
}
