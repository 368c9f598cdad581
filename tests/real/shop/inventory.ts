/** The application of the tests: order-service as the inventory deploys it, three stores with clients, and a program that misbehaves. */

/** The source of the catalogue. `apps/order-service.ts` and `apps/stand-ins.ts` stay beside it. */
export const INVENTORY = `import type { Application, Service } from "../src/model/application";
import { host, password, port, text, username } from "../src/model/text";
import { orderService } from "./order-service";

const image = { repository: "docker.io/flotilla/client", tag: "1.0.0" };
const program: Pick<Service, "language" | "image" | "ports" | "probe" | "startupSeconds" | "shutdown"> = {
  language: "node",
  image,
  ports: { http: { container: 8080, protocol: "http" } },
  probe: { http: { path: "/", port: "http" } },
  startupSeconds: 20,
  shutdown: { sleepSeconds: 1, graceSeconds: 15, reason: "a test" },
};
const resources = { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "500m", memory: "192Mi" } };

const client = (store: string, kind: string, account: string, more: Service["env"] = {}): Service => ({
  ...program,
  resources,
  uses: [store],
  args: ["store"],
  env: {
    STORE_KIND: kind,
    STORE_HOST: [host(store)],
    STORE_PORT: [port(store)],
    STORE_PASSWORD: [password(store, account)],
    ...more,
  },
});

const account = (store: string) => ({ STORE_USERNAME: [username(store, "app")] });

const misbehaving = (MISBEHAVIOR: string): Service => ({
  ...program,
  resources,
  args: ["misbehave"],
  // The default, its port, would not notice a program that hangs.
  liveness: { http: { path: "/", port: "http" } },
  writable: ["/tmp"],
  timing: { readiness: { periodSeconds: 1 }, liveness: { periodSeconds: 2, timeoutSeconds: 1, failureThreshold: 2 } },
  env: { MISBEHAVIOR },
});

const { "order-service": orders, ...others } = orderService.services;

const shop: Application = {
  ...orderService,
  name: "shop",
  services: {
    ...others,
    "order-service": {
      ...(orders as Service),
      // Without these the tests would mostly wait.
      startupSeconds: 30,
      timing: {
        readiness: { periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 2 },
        liveness: { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
      },
      shutdown: { sleepSeconds: 5, graceSeconds: 30, reason: "a test" },
      autoscaling: {
        // More than its limit: only its requests count.
        cpu: 1000,
        podMetrics: { http_requests_in_flight: "2" },
        behavior: { scaleDown: { percent: 100, periodSeconds: 15, stabilizationWindowSeconds: 0 } },
      },
    },
    "redis-client": client("redis", "redis", "default"),
    "mysql-client": client("mysql", "mysql", "app", { ...account("mysql"), STORE_DATABASE: "shop" }),
    "rabbitmq-client": client("rabbitmq", "rabbitmq", "app", account("rabbitmq")),
    first: misbehaving("none"),
    second: misbehaving("none"),
    third: {
      ...misbehaving("none"),
      initContainers: {
        setup: {
          image,
          resources,
          command: ["node", "-e", "require('fs').writeFileSync('/out/made', 'by setup')"],
          mounts: { "/tmp": "/out" },
        },
      },
      sidecars: {
        agent: {
          image,
          resources,
          command: ["node", "-e", "require('http').createServer((_, to) => to.end('ok')).listen(8081)"],
          ports: { health: { container: 8081, protocol: "http" } },
          probe: { http: { path: "/", port: "health" } },
          mounts: { "/tmp": "/seen" },
        },
      },
    },
    // Its program answers after 40 seconds; its liveness probe alone would allow 4.
    slow: { ...misbehaving("slow"), startupSeconds: 90 },
    // It may connect to mysql, and has a password of its own for it, which is wrong.
    "archive-client": {
      ...client("archive", "mysql", "app", {
        STORE_USERNAME: [username("archive", "app")],
        STORE_DATABASE: "shop",
      }),
      uses: ["archive", "mysql"],
    },
  },
  externals: {
    ...orderService.externals,
    archive: {
      host: "mysql.shop.svc.cluster.local",
      port: 3306,
      protocol: "tcp",
      pods: { namespace: "shop", labels: { "app.kubernetes.io/instance": "mysql" } },
      accounts: { app: { username: "app" } },
      reason: "a server of others, as far as this application knows",
    },
  },
  stores: {
    ...orderService.stores,
    mysql: {
      kind: "mysql",
      accounts: { app: { username: "app", database: "shop", credential: { generated: true } } },
      storage: "1Gi",
    },
    rabbitmq: {
      kind: "rabbitmq",
      accounts: { app: { username: "app", credential: { generated: true } } },
      storage: "1Gi",
    },
  },
};
export const catalogue = { shop };
`;
