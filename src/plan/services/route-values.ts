/** Plans the objects of routes: HTTPRoutes and GRPCRoutes of a gateway, or Ingresses. */
import type { Settings } from "../../config/schema";
import type { Cors, Service } from "../../model/application";
import { MAIN_ROUTE } from "../../model/public";
import { amountOf } from "../../model/quantity";
import { compact } from "../../model/records";
import type { MicroserviceValues } from "./microservice-values";
import { isNginx, type Route, routesIn } from "./ways-in";

type RouteValues = Pick<MicroserviceValues, "ingress" | "ingresses" | "httpRoutes" | "grpcRoutes">;
type IngressValues = NonNullable<MicroserviceValues["ingress"]>;

/** Returns the chart's values for the routes of a service. Empty for a service or a stack without them. */
export function routeValues(name: string, service: Service, settings: Settings): RouteValues {
  const routes = routesIn(settings, name, service);
  const { gateway, ingress } = settings;
  if (gateway) {
    const ofKind = (isGrpc: boolean) => routes.filter(({ port }) => (port.protocol === "grpc") === isGrpc);
    return {
      httpRoutes: Object.fromEntries(ofKind(false).map((route) => [route.name, httpRoute(gateway, route)])),
      grpcRoutes: Object.fromEntries(ofKind(true).map((route) => [route.name, grpcRoute(gateway, route)])),
    };
  }
  if (!ingress) return {};
  const values = routes.map((route) => [route.name, ingressOf(ingress, route)] as const);
  return {
    ingress: values.find(([key]) => key === MAIN_ROUTE)?.[1] ?? {},
    ingresses: Object.fromEntries(values.filter(([key]) => key !== MAIN_ROUTE)),
  };
}

type Gateway = NonNullable<Settings["gateway"]>;

const attached = ({ name, namespace }: Gateway, { section, host, route }: Route) => ({
  gateway: compact({ name, namespace, section }),
  hostnames: [host],
  port: route.port,
});

function httpRoute(gateway: Gateway, route: Route): NonNullable<MicroserviceValues["httpRoutes"]>[string] {
  const { path, match, rewrite, redirect, cors, timeoutSeconds } = route.route;
  return {
    ...attached(gateway, route),
    ...compact({
      path,
      pathType: match === "exact" ? ("Exact" as const) : undefined,
      rewrite,
      redirect:
        redirect &&
        compact({
          scheme: redirect.scheme,
          host: redirect.host,
          path: redirect.path,
          statusCode: redirect.permanent ? (301 as const) : undefined,
        }),
      cors: cors && { ...cors },
      timeout: timeoutSeconds === undefined ? undefined : `${timeoutSeconds}s`,
    }),
  };
}

const grpcRoute = (
  gateway: Gateway,
  route: Route,
): NonNullable<MicroserviceValues["grpcRoutes"]>[string] => ({
  ...attached(gateway, route),
  ...route.route.grpc,
});

function ingressOf(ingress: NonNullable<Settings["ingress"]>, route: Route): IngressValues {
  const { host, tlsSecret, clusterIssuer } = route;
  const { port, path, match, rateLimit, annotations } = route.route;
  const nginx = isNginx(ingress);
  return {
    hosts: {
      [route.name]: compact({
        host,
        port,
        path: nginx ? (patternOf(route) ?? path) : path,
        pathType:
          nginx && patternOf(route) !== undefined
            ? ("ImplementationSpecific" as const)
            : match === "exact"
              ? ("Exact" as const)
              : undefined,
      }),
    },
    annotations: { ...(nginx ? nginxAnnotations(route) : {}), ...annotations },
    ...compact({ className: ingress.className }),
    tls: compact({ secret: tlsSecret, clusterIssuer }),
    rateLimit: nginx ? { ...rateLimit } : {},
  };
}

const PREFIX = "nginx.ingress.kubernetes.io/";

/** Returns the regular expression with which ingress-nginx replaces a prefix of paths. Undefined if no prefix is replaced. */
function patternOf({ route: { path = "/", match, rewrite } }: Route): string | undefined {
  if (rewrite === undefined || match === "exact") return undefined;
  const prefix = path.replace(/\/$/, "").replaceAll(".", "\\.");
  return prefix === "" ? "/()(.*)" : `${prefix}(/|$)(.*)`;
}

/** Returns the annotations with which ingress-nginx does what a route asks for, except rate limits, which the chart knows. */
function nginxAnnotations(route: Route): Record<string, string> {
  const { rewrite, redirect, cors, timeoutSeconds, maxBody } = route.route;
  const isPattern = patternOf(route) !== undefined;
  const time = timeoutSeconds === undefined ? undefined : String(timeoutSeconds);
  const to =
    redirect &&
    `${redirect.scheme ?? route.protocol}://${redirect.host ?? (route.host.startsWith("*") ? "$host" : route.host)}${redirect.path ?? "$request_uri"}`;
  const annotations = {
    "use-regex": isPattern ? "true" : undefined,
    "rewrite-target": rewrite !== undefined && isPattern ? `${rewrite.replace(/\/$/, "")}/$2` : rewrite,
    "permanent-redirect": redirect?.permanent ? to : undefined,
    "temporal-redirect": redirect && !redirect.permanent ? to : undefined,
    "proxy-read-timeout": time,
    "proxy-send-timeout": time,
    "proxy-body-size": maxBody === undefined ? undefined : String(Math.floor(amountOf(maxBody))),
    ...(cors ? corsAnnotations(cors) : {}),
  };
  return Object.fromEntries(
    Object.entries(annotations).flatMap(([key, value]) =>
      value === undefined ? [] : [[`${PREFIX}${key}`, value]],
    ),
  );
}

const corsAnnotations = ({ origins, methods, headers, exposeHeaders, credentials, maxAgeSeconds }: Cors) => ({
  "enable-cors": "true",
  "cors-allow-origin": origins.join(", "),
  "cors-allow-methods": methods?.join(", "),
  "cors-allow-headers": headers?.join(", "),
  "cors-expose-headers": exposeHeaders?.join(", "),
  // ingress-nginx allows credentials by default.
  "cors-allow-credentials": String(credentials ?? false),
  "cors-max-age": maxAgeSeconds === undefined ? undefined : String(maxAgeSeconds),
});
