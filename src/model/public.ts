/** How services are reachable from outside the cluster: their routes. */
import type { Service } from "./application";
import { own } from "./graph";
import type { Port } from "./ports";

/** A route from outside the cluster to a service. Not every gateway or ingress can do everything; a plan says what is missing. */
export interface Public {
  /** Name of a port. A gateway serves http ports with an HTTPRoute, and grpc ports with a GRPCRoute. */
  port: string;
  /** Name of a host of the stack (`flotilla:gateway.hosts` or `flotilla:ingress.hosts`). Default: the stack's main host. */
  host?: string;
  /** Path under the host. Default: `/`. */
  path?: string;
  /** Whether the route is for the path with everything below it, or for exactly this path. Default: prefix. */
  match?: "prefix" | "exact";
  /** The gRPC service, with its package, and the method that the route is for. Default: all of the port. Only for gateways. */
  grpc?: { service: string; method?: string };
  /** Path that replaces `path` before a request reaches the service. Default: the path stays. */
  rewrite?: string;
  /** Answers requests with a redirect instead of passing them to the service. Default: no redirect. */
  redirect?: Redirect;
  /** Time limit of a request, in seconds. Default: that of the gateway or ingress controller. */
  timeoutSeconds?: number;
  /** Largest body of a request, as a quantity such as `10Mi`. Only ingress-nginx enforces it. Default: that of the ingress controller. */
  maxBody?: string;
  /** The sites whose pages may call the service from a browser. Default: none. */
  cors?: Cors;
  /** Limits per client address. Only ingress-nginx enforces them. Default: none. */
  rateLimit?: { requestsPerSecond?: number; connections?: number };
  /** Additional annotations of the Ingress. Default: none. */
  annotations?: Record<string, string>;
}

/** A redirect. At least one of `scheme`, `host` and `path` differs from the request. */
export interface Redirect {
  /** Default: that of the request. */
  scheme?: "http" | "https";
  /** DNS name. Default: that of the request. */
  host?: string;
  /** Path that replaces the whole path. Default: that of the request. */
  path?: string;
  /** Whether clients may remember it: status 301 instead of 302. Default: false. */
  permanent?: boolean;
}

/** HTTP methods, as the Gateway API names them, or every method. */
export const CORS_METHODS = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "DELETE",
  "CONNECT",
  "OPTIONS",
  "TRACE",
  "PATCH",
  "*",
] as const;
export type CorsMethod = (typeof CORS_METHODS)[number];

/** Cross-origin requests that are allowed. */
export interface Cors {
  /** Origins, such as `https://shop.example.com` or `https://*.example.com`, or only `*`. */
  origins: string[];
  /** Methods, or only `*`. Default: those of the gateway or ingress controller. */
  methods?: CorsMethod[];
  /** Headers of requests, or only `*`. Default: those of the gateway or ingress controller. */
  headers?: string[];
  /** Headers of responses that pages may read. Default: none. */
  exposeHeaders?: string[];
  /** Whether requests may have cookies. Default: false. */
  credentials?: boolean;
  /** Time for which browsers may remember the answer, in seconds. Default: that of the gateway or ingress controller. */
  maxAgeSeconds?: number;
}

/** The name of the route in `public`, among those in `routes`. */
export const MAIN_ROUTE = "public";

/** Returns all routes of a service, by name. */
export const routesOf = ({
  public: main,
  routes,
}: Pick<Service, "public" | "routes">): Record<string, Public> => ({
  ...(main ? { [MAIN_ROUTE]: main } : {}),
  ...routes,
});

/** Returns the port of a route. Undefined if the service has no such port. */
export const routePort = ({ ports = {} }: Pick<Service, "ports">, { port }: Public): Port | undefined =>
  own(ports, port);

/** Returns a path without a slash at its end, which makes no difference. */
export const plainPath = (path = "/"): string => path.replace(/(.)\/$/, "$1");
