/** Plans access to a service from outside: by gateway, ingress or load balancer, and for metrics scrapers. */
import type { Settings } from "../../config/schema";
import type { Application, Service } from "../../model/application";
import { servicePort } from "../../model/graph";
import { routePort, routesOf } from "../../model/public";
import { compact } from "../../model/records";
import type { EntryPlan, Plan } from "../plan";
import type { MicroserviceValues } from "./microservice-values";
import { type Route, routesIn, urlOf } from "./ways-in";

/** Returns the entries from outside the cluster, by service. A service with several routes has `others`. */
export function publicEntries({ services }: Application, settings: Settings): Plan["entries"] {
  const entries = Object.entries(services).flatMap(([name, service]): [string, EntryPlan][] => {
    const [first, ...others] = settings.loadBalancer
      ? balancedEntries(service)
      : routesIn(settings, name, service).map((route) => routeEntry(settings, route));
    return first ? [[name, { ...first, ...(others.length > 0 ? { others } : {}) }]] : [];
  });
  return Object.fromEntries(entries);
}

function balancedEntries(service: Service): EntryPlan[] {
  return Object.values(routesOf(service)).flatMap((route) => {
    const port = routePort(service, route);
    if (!port) return [];
    const protocol = ["http", "udp", "sctp"].includes(port.protocol)
      ? (port.protocol as EntryPlan["protocol"])
      : "tcp";
    return [{ by: "load balancer", protocol, port: servicePort(port), targetPort: port.container }];
  });
}

const routeEntry = ({ gateway }: Settings, route: Route): EntryPlan => ({
  by: gateway ? "gateway" : "ingress",
  protocol: route.protocol,
  port: route.protocol === "https" ? 443 : 80,
  targetPort: route.port.container,
  url: urlOf(route),
});

/** Returns the chart's `service`. */
export function serviceOf(service: Service, settings: Settings): MicroserviceValues["service"] {
  const { annotations, ...balancer } = loadBalancerOf(service, settings) ?? {};
  const { headless, sessionAffinity } = service;
  return {
    ...balancer,
    ...(headless ? { headless } : {}),
    ...(sessionAffinity ? { sessionAffinity: "ClientIP" as const } : {}),
    ...compact({ sessionAffinitySeconds: sessionAffinity?.seconds }),
    annotations: { ...service.serviceAnnotations, ...annotations },
    labels: { ...service.serviceLabels },
  };
}

/** Returns the chart's `service` for a load balancer. Empty for a service or a stack without one. */
function loadBalancerOf(service: Service, { loadBalancer }: Settings): MicroserviceValues["service"] {
  if (Object.keys(routesOf(service)).length === 0 || loadBalancer === undefined) return {};
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
