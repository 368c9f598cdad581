/**
 * order-service: one service with everything that a team's service needs. Its program is in `examples/order-service`; the image
 * is in no registry. It follows a published example (`tests/fixtures/order-service.json` has its facts) and fixes its mistakes:
 * all required variables are set, the configuration is mounted, the network policy allows redis and DNS over TCP and uses the
 * actual labels of pods and namespaces, the Role names its objects, and pods meet Pod Security `restricted`.
 */
import type { Application } from "../src/model/application";
import { address, host, password, passwordInUrl, port, text, url, username } from "../src/model/text";
import { answersOk, kafka, postgres } from "./stand-ins";

/** The namespace of the services that call it, and that it calls. */
const namespace = "microservices";

/** Another team's service, with the same ports: 80 for container port 3000. */
const neighbor = (name: string) =>
  ({
    host: `${name}.${namespace}.svc.cluster.local`,
    port: 80,
    protocol: "http",
    pods: { namespace, labels: { "app.kubernetes.io/name": name }, port: 3000 },
    reason: "payment of orders, and stock",
    standIn: answersOk,
  }) as const;

export const orderService: Application = {
  name: "order-service",
  description:
    "order-service: a template for your own service, with everything that a service needs in production",
  team: "orders",
  services: {
    "order-service": {
      language: "node",
      image: { repository: "myregistry/order-service", tag: "1.0.0" },
      ports: { http: { container: 3000, service: 80, protocol: "http" } },
      public: {
        port: "http",
        path: "/orders",
        rateLimit: { requestsPerSecond: 10, connections: 5 },
        annotations: {
          "nginx.ingress.kubernetes.io/limit-rate": "500",
          "nginx.ingress.kubernetes.io/limit-rate-after": "1000",
          "nginx.ingress.kubernetes.io/proxy-body-size": "10m",
          "nginx.ingress.kubernetes.io/proxy-read-timeout": "60",
          "nginx.ingress.kubernetes.io/proxy-send-timeout": "60",
        },
      },
      uses: ["order-db", "redis", "kafka", "payment-service", "inventory-service"],
      env: {
        NODE_ENV: "production",
        PORT: "3000",
        LOG_LEVEL: "info",
        DATABASE_URL: text`postgresql://${username("order-db", "orders")}:${passwordInUrl("order-db", "orders")}@${address("order-db")}/orders`,
        KAFKA_BROKERS: text`${address("kafka")}`,
        REDIS_HOST: [host("redis")],
        REDIS_PORT: [port("redis")],
        REDIS_PASSWORD: [password("redis", "default")],
        PAYMENT_URL: [url("payment-service")],
        INVENTORY_URL: [url("inventory-service")],
        // The ConfigMap that Flotilla creates for `files`, and the key of the file.
        CONFIG_MAP: "order-service-files/etc-order-service-app-config-json",
      },
      files: {
        "/etc/order-service/app-config.json": `${JSON.stringify(
          {
            features: { newCheckout: false, splitPayments: false },
            limits: { maxOrderItems: 50, maxOrderValue: 10000 },
          },
          null,
          2,
        )}\n`,
      },
      // Readiness checks the database and redis, liveness only the program itself.
      probe: { http: { path: "/health/ready", port: "http" } },
      liveness: { http: { path: "/health/live", port: "http" } },
      timing: {
        readiness: { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
        liveness: { periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 },
      },
      shutdown: {
        sleepSeconds: 10,
        graceSeconds: 90,
        reason: "it still serves for 5 seconds after SIGTERM, and a payment may take 30",
      },
      resources: {
        requests: { cpu: "100m", memory: "128Mi" },
        limits: { cpu: "500m", memory: "512Mi" },
      },
      writable: ["/tmp"],
      metrics: { port: "http", path: "/metrics" },
      autoscaling: {
        minReplicas: 3,
        maxReplicas: 20,
        cpu: 70,
        memory: 80,
        podMetrics: { http_requests_per_second: "1000" },
        behavior: {
          scaleUp: { percent: 100, pods: 4, periodSeconds: 15, stabilizationWindowSeconds: 0 },
          scaleDown: { percent: 10, periodSeconds: 60, stabilizationWindowSeconds: 300 },
        },
      },
      minAvailable: 2,
      permissions: {
        configuration: {
          resources: ["configmaps"],
          names: ["order-service-files"],
          verbs: ["get"],
          reason: "it reads its limits again every 30 seconds, so that they can be changed without a restart",
        },
      },
    },
  },
  stores: {
    redis: {
      kind: "redis",
      resources: {
        requests: { cpu: "50m", memory: "128Mi" },
        limits: { cpu: "500m", memory: "256Mi" },
      },
      storage: "2Gi",
    },
  },
  externals: {
    "order-db": {
      host: `order-db.${namespace}.svc.cluster.local`,
      port: 5432,
      protocol: "tcp",
      pods: {
        namespace,
        labels: { "app.kubernetes.io/name": "postgresql", "app.kubernetes.io/instance": "order-db" },
      },
      accounts: { orders: { username: "orders", database: "orders" } },
      reason: "orders are kept in PostgreSQL, which Flotilla does not deploy",
      standIn: postgres("order-db", "orders"),
    },
    kafka: {
      host: `kafka.${namespace}.svc.cluster.local`,
      port: 9092,
      protocol: "tcp",
      pods: { namespace, labels: { "app.kubernetes.io/name": "kafka" } },
      reason: "it publishes orders to other services",
      standIn: kafka("kafka"),
    },
    "payment-service": neighbor("payment-service"),
    "inventory-service": neighbor("inventory-service"),
  },
  callers: {
    "api-gateway": {
      namespace,
      labels: { "app.kubernetes.io/name": "api-gateway" },
      calls: ["order-service"],
      reason: "it forwards requests from clients inside the company",
    },
  },
};
