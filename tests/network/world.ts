/** Everybody who might talk to an application's pods, and who may by its graph. */
import { stringify } from "yaml";
import type { Application } from "../../src/model/application";
import { edgesOf, own } from "../../src/model/graph";
import type { Plan } from "../../src/plan/plan";
import type { KubernetesObject } from "../chart/render";
import type { BuiltInKind } from "../kinds";
import type { Endpoint, Pod, Policy, Target } from "./evaluate";

/** The pods of a release; all replicas are alike. */
export function podsIn(objects: readonly KubernetesObject[], release: string): Pod[] {
  return objects.flatMap(({ kind, metadata, spec }) => {
    const template = spec?.template;
    if (!template?.spec?.containers) return [];
    const containers = [...template.spec.containers, ...(template.spec.initContainers ?? [])];
    return [
      {
        name: kind === "Job" ? release : metadata.name,
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
export const SCRAPER = "scraper";

/** Those who are no part of the application: some may talk to it, some may be talked to, and some nothing at all. */
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

/** Names of the two ends, and a port: what the graph lets through. */
export type Allowed = Set<string>;

export const keyOf = (from: string, to: string, { port, protocol }: Target): string =>
  `${from} -> ${to} ${port}/${protocol}`;

/** By the inventory and the settings alone, without a look at what the plan says of policies. */
export function allowedByGraph(
  application: Application,
  plan: Plan,
  config: Record<string, unknown>,
): Allowed {
  const tcp = (port: number): Target => ({ port, protocol: "TCP" });
  const allowed: Allowed = new Set();
  const allow = (from: string, to: string, port: number) => allowed.add(keyOf(from, to, tcp(port)));

  for (const { from, to, targetPort } of edgesOf(application)) allow(from, to, targetPort);
  for (const [name, { ports = {}, public: open, metrics }] of Object.entries(application.services)) {
    const portOf = (port: string) => own(ports, port)?.container as number;
    if (open && config.ingress) allow(CONTROLLER, name, portOf(open.port));
    if (metrics && config.monitoring) allow(SCRAPER, name, portOf(metrics.port));
  }
  for (const { kind, name } of Object.values(plan.releases)) {
    // A Job's name begins with its store's.
    if (kind === "job")
      for (const [store, { kind: storeKind }] of Object.entries(application.stores))
        if (name.startsWith(`${store}-`))
          for (const port of JOB_PORTS[storeKind as BuiltInKind]) allow(name, store, port);
    // A store asks nobody for a name.
    if (kind !== "store")
      for (const protocol of ["TCP", "UDP"]) allowed.add(keyOf(name, DNS, { port: 53, protocol }));
  }
  // Where the other end may be anywhere it may be anybody.
  const anybody = outsiders(application, plan).map(({ name }) => name);
  for (const { from, kind, to, targetPort } of edgesOf(application))
    if (kind === "external" && !own(application.externals ?? {}, to)?.pods)
      for (const name of anybody) allow(from, name, targetPort);
  for (const [name, { permissions }] of Object.entries(application.services))
    if (permissions) for (const port of API_PORTS) for (const other of anybody) allow(name, other, port);
  // But a pod that has no policy of its own lets nobody in where the namespace isolates it.
  for (const key of [...allowed]) if (key.includes("-> stranger-inside ")) allowed.delete(key);
  return allowed;
}

/** Of the Kubernetes API. */
export const API_PORTS = [443, 6443, 8443, 16443];

/** A Job may need a store's management as well. */
const JOB_PORTS = { mongodb: [27017], mysql: [3306], redis: [6379], rabbitmq: [5672, 15672] } as const;

/** For messages: a policy as people write it. */
export const shown = (policy: Policy): string => stringify(policy);
