/** Endpoints that might connect to an application's pods, and the connections its graph allows. */
import { stringify } from "yaml";
import type { Application } from "../../src/model/application";
import { edgesOf, own } from "../../src/model/graph";
import { TASK_LABEL } from "../../src/plan/labels";
import type { Plan } from "../../src/plan/plan";
import type { KubernetesObject } from "../chart/render";
import type { BuiltInKind } from "../kinds";
import type { Endpoint, Pod, Policy, Target } from "./evaluate";

/** Returns the pods of a release; replicas are identical, so there is one per workload. */
export function podsIn(objects: readonly KubernetesObject[], release: string): Pod[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const template = spec?.jobTemplate?.spec.template ?? spec?.template;
    if (!template?.spec?.containers) return [];
    const containers = [...template.spec.containers, ...(template.spec.initContainers ?? [])];
    return [
      {
        name: template.metadata.labels[TASK_LABEL] ?? (kind === "Job" ? release : metadata.name),
        namespace: metadata.namespace,
        labels: template.metadata.labels,
        ports: containers.flatMap(({ ports = [] }: KubernetesObject) =>
          ports.map(({ name, containerPort, protocol = "TCP" }: KubernetesObject) => ({
            name,
            port: containerPort,
            protocol,
          })),
        ),
      },
    ];
  });
}

export const policiesIn = (objects: readonly KubernetesObject[]): Policy[] =>
  objects.filter(({ kind }) => kind === "NetworkPolicy");

export const DNS = "cluster-dns";
export const CONTROLLER = "ingress-controller";
export const GATEWAY = "gateway";
export const SCRAPER = "scraper";

/** Returns endpoints outside the application: clients, externals, and strangers without any connection. */
export function outsiders({ externals = {}, callers = {}, services }: Application, plan: Plan): Endpoint[] {
  const pod = (
    name: string,
    namespace: string,
    labels: Record<string, string>,
    ports: number[] = [],
  ): Pod => ({
    name,
    namespace,
    labels,
    ports: ports.map((port) => ({ port, protocol: "TCP" })),
  });
  const real = Object.entries(externals).filter(([name]) => !own(services, name));
  return [
    pod(DNS, "kube-system", { "k8s-app": "kube-dns" }),
    pod(CONTROLLER, "ingress-nginx", { "app.kubernetes.io/name": "ingress-nginx" }),
    pod(GATEWAY, "gateways", { "gateway.networking.k8s.io/gateway-name": "public" }),
    pod(SCRAPER, "monitoring", { "app.kubernetes.io/name": "prometheus" }),
    ...real.map(
      ([name, { pods }]): Endpoint =>
        pods ? pod(name, pods.namespace, pods.labels) : { name, ip: "203.0.113.7" },
    ),
    ...Object.entries(callers).map(([name, { namespace, labels }]) => pod(name, namespace, labels)),
    pod("stranger-inside", plan.namespace.name, { app: "stranger" }, [8080]),
    pod("stranger-elsewhere", "elsewhere", { "app.kubernetes.io/instance": "web" }, [8080]),
    { name: "internet", ip: "198.51.100.9" },
  ];
}

/** Allowed connections: names of the two ends, and a port. */
export type Allowed = Set<string>;

export const keyOf = (from: string, to: string, { port, protocol }: Target): string =>
  `${from} -> ${to} ${port}/${protocol}`;

/** Derives the allowed connections from inventory and settings only, independently of the policies in the plan. */
export function allowedByGraph(
  application: Application,
  plan: Plan,
  config: Record<string, unknown>,
): Allowed {
  const tcp = (port: number): Target => ({ port, protocol: "TCP" });
  const transports: Record<string, string> = { udp: "UDP", sctp: "SCTP" };
  const allowed: Allowed = new Set();
  const allow = (from: string, to: string, port: number, protocol = "") =>
    allowed.add(keyOf(from, to, { ...tcp(port), protocol: transports[protocol] ?? "TCP" }));

  for (const { from, to, targetPort, protocol } of edgesOf(application))
    allow(from, to, targetPort, protocol);
  for (const [name, { ports = {}, public: open, routes = {}, metrics }] of Object.entries(
    application.services,
  )) {
    const portOf = (port: string) => own(ports, port)?.container as number;
    for (const { port } of [...(open ? [open] : []), ...Object.values(routes)]) {
      if (config.ingress) allow(CONTROLLER, name, portOf(port));
      if (config.gateway) allow(GATEWAY, name, portOf(port));
    }
    if (metrics && config.monitoring) allow(SCRAPER, name, portOf(metrics.port));
  }
  for (const { kind, name: release, task } of Object.values(plan.releases)) {
    const name = task ?? release;
    // The name of a Job begins with the name of its store.
    if (kind === "job")
      for (const [store, { kind: storeKind }] of Object.entries(application.stores))
        if (name.startsWith(`${store}-`))
          for (const port of JOB_PORTS[storeKind as BuiltInKind]) allow(name, store, port);
    // Stores do not use DNS.
    if (kind !== "store")
      for (const protocol of ["TCP", "UDP"]) allowed.add(keyOf(name, DNS, { port: 53, protocol }));
  }
  // If the other end may be anywhere, it may be any endpoint.
  const anybody = outsiders(application, plan).map(({ name }) => name);
  for (const { from, kind, to, targetPort, protocol } of edgesOf(application))
    if (kind === "external" && !own(application.externals ?? {}, to)?.pods)
      for (const name of anybody) allow(from, name, targetPort, protocol);
  for (const [name, { permissions }] of Object.entries(application.services))
    if (permissions) for (const port of API_PORTS) for (const other of anybody) allow(name, other, port);
  // The namespace isolates pods without a policy of their own.
  for (const key of [...allowed]) if (key.includes("-> stranger-inside ")) allowed.delete(key);
  return allowed;
}

/** Ports of the Kubernetes API. */
export const API_PORTS = [443, 6443, 8443, 16443];

/** Ports that Jobs of a store need, including its management API. */
const JOB_PORTS = { mongodb: [27017], mysql: [3306], redis: [6379], rabbitmq: [5672, 15672] } as const;

/** Returns a policy as YAML, for messages. */
export const shown = (policy: Policy): string => stringify(policy);
