/**
 * Online Boutique v0.10.6: a web shop of eleven gRPC services, with a redis store for carts.
 * Every value comes from the published images or their manifests (GoogleCloudPlatform/microservices-demo at that tag);
 * `tests/fixtures/online-boutique.json` has these facts with file and line, and a test compares them.
 *
 * gRPC clients keep one connection to a Service's address, so new pods only get requests from clients that reconnect. A service
 * mesh or a proxy balances the load.
 */
import type { Application, Port, Service } from "../src/model/application";
import { resources } from "../src/model/resources";
import { address, password, text } from "../src/model/text";

const image = (service: string) => ({
  repository: `us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo/${service}`,
  tag: "v0.10.6",
});

const SMALL = resources(["100m", "200m"], ["64Mi", "128Mi"]);

const grpc = (container: number, served = container): Record<string, Port> => ({
  grpc: { container, service: served, protocol: "grpc" },
});

/** Every service answers the health check with a constant, independent of its stores. */
const HEALTH = {
  probe: { grpc: { port: "grpc" } },
  liveness: { grpc: { port: "grpc" } },
} satisfies Partial<Service>;

/** The manifests grant 5 s. Here, 5 s of sleep come first. */
const SHORT = {
  graceSeconds: 10,
  reason: "the manifests give it 5 s after SIGTERM, which it ignores",
};

/** Addresses of services as `host:port`, by variable. */
const addresses = (targets: Record<string, string>): Service["env"] =>
  Object.fromEntries(
    Object.entries(targets).map(([variable, target]) => [variable, text`${address(target)}`]),
  );

const service = (
  name: string,
  described: Omit<Service, "image" | "uses"> & { calls?: Record<string, string> },
): Service => {
  const { calls = {}, env, ...rest } = described;
  return { image: image(name), uses: Object.values(calls), env: { ...env, ...addresses(calls) }, ...rest };
};

export const onlineBoutique: Application = {
  name: "online-boutique",
  description: "Online Boutique: a web shop of eleven services in five languages that speak gRPC",
  team: "online-boutique",
  services: {
    frontend: service("frontend", {
      language: "go",
      ports: { http: { container: 8080, service: 80, protocol: "http" } },
      public: { port: "http" },
      calls: {
        PRODUCT_CATALOG_SERVICE_ADDR: "productcatalogservice",
        CURRENCY_SERVICE_ADDR: "currencyservice",
        CART_SERVICE_ADDR: "cartservice",
        RECOMMENDATION_SERVICE_ADDR: "recommendationservice",
        SHIPPING_SERVICE_ADDR: "shippingservice",
        CHECKOUT_SERVICE_ADDR: "checkoutservice",
        AD_SERVICE_ADDR: "adservice",
      },
      env: {
        PORT: "8080",
        ENABLE_PROFILER: "0",
        // The program panics without it (src/frontend/main.go:132-139), but only uses it if ENABLE_ASSISTANT is set.
        SHOPPING_ASSISTANT_SERVICE_ADDR: "shoppingassistantservice:80",
      },
      probe: {
        http: { path: "/_healthz", port: "http", headers: { Cookie: "shop_session-id=x-readiness-probe" } },
      },
      resources: SMALL,
    }),
    cartservice: {
      language: "dotnet",
      image: image("cartservice"),
      uses: ["redis-cart"],
      ports: grpc(7070),
      // A configuration string of StackExchange.Redis (Startup.cs:29-40). Without it, each pod has its own carts.
      env: { REDIS_ADDR: text`${address("redis-cart")},password=${password("redis-cart", "default")}` },
      // No PORT: the image listens on ASPNETCORE_HTTP_PORTS (src/cartservice/src/Dockerfile:42).
      ...HEALTH,
      resources: resources(["200m", "300m"], ["64Mi", "128Mi"]),
    },
    productcatalogservice: service("productcatalogservice", {
      language: "go",
      ports: grpc(3550),
      env: { PORT: "3550", DISABLE_PROFILER: "1" },
      ...HEALTH,
      resources: SMALL,
    }),
    currencyservice: service("currencyservice", {
      language: "node",
      ports: grpc(7000),
      env: { PORT: "7000", DISABLE_PROFILER: "1" },
      ...HEALTH,
      shutdown: SHORT,
      resources: SMALL,
    }),
    paymentservice: service("paymentservice", {
      language: "node",
      ports: grpc(50051),
      env: { PORT: "50051", DISABLE_PROFILER: "1" },
      ...HEALTH,
      shutdown: SHORT,
      resources: SMALL,
    }),
    shippingservice: service("shippingservice", {
      language: "go",
      ports: grpc(50051),
      env: { PORT: "50051", DISABLE_PROFILER: "1" },
      ...HEALTH,
      timing: { readiness: { periodSeconds: 5 } },
      resources: SMALL,
    }),
    emailservice: service("emailservice", {
      language: "python",
      // Callers use 5000, and the program listens on 8080.
      ports: grpc(8080, 5000),
      env: { PORT: "8080", DISABLE_PROFILER: "1" },
      ...HEALTH,
      timing: { readiness: { periodSeconds: 5 }, liveness: { periodSeconds: 5 } },
      shutdown: SHORT,
      resources: SMALL,
    }),
    checkoutservice: service("checkoutservice", {
      language: "go",
      ports: grpc(5050),
      calls: {
        PRODUCT_CATALOG_SERVICE_ADDR: "productcatalogservice",
        SHIPPING_SERVICE_ADDR: "shippingservice",
        PAYMENT_SERVICE_ADDR: "paymentservice",
        EMAIL_SERVICE_ADDR: "emailservice",
        CURRENCY_SERVICE_ADDR: "currencyservice",
        CART_SERVICE_ADDR: "cartservice",
      },
      env: { PORT: "5050" },
      ...HEALTH,
      resources: SMALL,
    }),
    recommendationservice: service("recommendationservice", {
      language: "python",
      ports: grpc(8080),
      calls: { PRODUCT_CATALOG_SERVICE_ADDR: "productcatalogservice" },
      env: { PORT: "8080", DISABLE_PROFILER: "1" },
      ...HEALTH,
      timing: { readiness: { periodSeconds: 5 }, liveness: { periodSeconds: 5 } },
      shutdown: SHORT,
      resources: resources(["100m", "200m"], ["220Mi", "450Mi"]),
    }),
    adservice: service("adservice", {
      language: "java",
      ports: grpc(9555),
      env: { PORT: "9555" },
      ...HEALTH,
      timing: { readiness: { periodSeconds: 15 }, liveness: { periodSeconds: 15 } },
      resources: resources(["200m", "300m"], ["180Mi", "300Mi"]),
    }),
    loadgenerator: service("loadgenerator", {
      language: "python",
      optional: "it simulates visitors, for demos",
      calls: { FRONTEND_ADDR: "frontend" },
      env: { USERS: "10", RATE: "1" },
      noProbe: "it listens on nothing: locust runs without its web page (src/loadgenerator/Dockerfile:52)",
      shutdown: SHORT,
      resources: resources(["300m", "500m"], ["256Mi", "512Mi"]),
    }),
  },
  stores: {
    "redis-cart": {
      kind: "redis",
      resources: resources(["70m", "125m"], ["200Mi", "256Mi"]),
      storage: "1Gi",
    },
  },
};
