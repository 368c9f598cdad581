/** Plans access to a service from outside: by ingress or load balancer, and for metrics scrapers. */
import type { Settings } from "../../config/schema";
import type { Application, Service } from "../../model/application";
import { own, servicePort } from "../../model/graph";
import { compact } from "../../model/records";
import type { EntryPlan, Plan } from "../plan";
import type { MicroserviceValues } from "./microservice-values";

/** Returns the entries from outside the cluster, by service. */
export function publicEntries(
  { services }: Application,
  { ingress, loadBalancer }: Settings,
): Plan["entries"] {
  const entries = Object.entries(services).flatMap(([name, service]): [string, EntryPlan][] => {
    const port = service.public && own(service.ports ?? {}, service.public.port);
    if (!port) return [];
    const targetPort = port.container;
    if (loadBalancer) {
      const protocol = port.protocol === "http" ? "http" : "tcp";
      return [[name, { by: "load balancer", protocol, port: servicePort(port), targetPort }]];
    }
    if (!ingress) return [];
    const isSafe = ingress.tlsSecret !== undefined || ingress.clusterIssuer !== undefined;
    const protocol = isSafe ? "https" : "http";
    const path = service.public?.path ?? "/";
    const url = `${protocol}://${ingress.host}${path === "/" ? "" : path}`;
    return [[name, { by: "ingress", protocol, port: isSafe ? 443 : 80, targetPort, url }]];
  });
  return Object.fromEntries(entries);
}

/** Returns the chart's `ingress`. Empty for a service or a stack without one. */
export function ingressOf(service: Service, { ingress }: Settings): MicroserviceValues["ingress"] {
  if (service.public === undefined || ingress === undefined) return {};
  const { host, className, tlsSecret, clusterIssuer } = ingress;
  const { port, path, rateLimit, annotations } = service.public;
  return {
    hosts: { public: compact({ host, port, path }) },
    annotations: { ...annotations },
    ...compact({ className }),
    tls: compact({ secret: tlsSecret, clusterIssuer }),
    rateLimit: { ...rateLimit },
  };
}

/** Returns the chart's `service`. */
export function serviceOf(service: Service, settings: Settings): MicroserviceValues["service"] {
  const { annotations, ...balancer } = loadBalancerOf(service, settings) ?? {};
  return {
    ...balancer,
    annotations: { ...service.serviceAnnotations, ...annotations },
    labels: { ...service.serviceLabels },
  };
}

/** Returns the chart's `service` for a load balancer. Empty for a service or a stack without one. */
function loadBalancerOf(service: Service, { loadBalancer }: Settings): MicroserviceValues["service"] {
  if (service.public === undefined || loadBalancer === undefined) return {};
  const { annotations, className, sourceRanges } = loadBalancer;
  return {
    type: "LoadBalancer",
    annotations: { ...annotations },
    ...compact({ loadBalancerClass: className }),
    loadBalancerSourceRanges: [...sourceRanges],
  };
}

/** Returns the chart's `monitor` for a ServiceMonitor. Empty for a service without metrics or a stack without ServiceMonitors. */
export function monitorOf({ metrics }: Service, { monitoring }: Settings): MicroserviceValues["monitor"] {
  if (metrics === undefined || monitoring?.serviceMonitor === undefined) return {};
  return { kind: "ServiceMonitor", ...metrics, labels: { ...monitoring.serviceMonitor.labels } };
}
