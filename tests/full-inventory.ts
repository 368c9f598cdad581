/** An inventory that uses every key, in the form an author writes. */
import { address, host, members, password, port, secret, url, username } from "../src/model/text";
import type { WrittenApplication } from "../src/model/written";

const RESOURCES = {
  requests: { cpu: "100m", memory: "128Mi", "ephemeral-storage": "32Mi" },
  limits: { cpu: "1", memory: "256Mi", "ephemeral-storage": "512Mi" },
};

export const FULL_INVENTORY: WrittenApplication = {
  name: "full",
  description: "Every key of an inventory",
  team: "shop",
  services: {
    web: {
      language: "nginx",
      image: { repository: "registry.example.com/web", tag: "1.0.0", digest: `sha256:${"a".repeat(64)}` },
      ports: { http: { container: 8080, service: 80, protocol: "http" } },
      uses: ["api"],
      env: { API: [url("api")], LEVEL: "debug", RATE: 0.5, ON: true },
      probe: {
        http: { path: "/", port: "http", headers: { Host: "shop" }, notStartup: "it waits for the api" },
      },
      liveness: { tcp: { port: 8080 } },
      public: {
        port: "http",
        path: "/",
        rateLimit: { requestsPerSecond: 10, connections: 5 },
        annotations: { "example.com/limit": "1" },
      },
      needsNames: true,
      waitsFor: ["api"],
      waitSeconds: 60,
      writable: ["/tmp", "/var/cache/nginx"],
      files: { "/etc/nginx/conf.d/default.conf": ["server ", host("api"), ":", port("api"), ";"] },
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      user: { uid: 101, gid: 101, reason: "the user of the image, to whom its files belong" },
      shutdown: { sleepSeconds: 5, graceSeconds: 60, reason: "downloads take a while" },
    },
    api: {
      language: "node",
      team: "payments",
      image: "registry.example.com/api:1.2.3",
      ports: {
        http: { container: 3000, protocol: "http" },
        rpc: { container: 50051, protocol: "grpc" },
        metrics: { container: 9090, protocol: "tcp" },
      },
      uses: ["db", "cache", "bank", "queue"],
      env: {
        DB: ["mysql://", username("db", "app"), ":", password("db", "app"), "@", ...address("db")],
        CACHE_PASSWORD: [password("cache", "default")],
        QUEUE: [host("queue")],
        BANK: [url("bank")],
        BANK_PASSWORD: [password("bank", "app")],
        SESSION_KEY: [secret("session")],
        MAIL_KEY: [secret("mail")],
      },
      probe: { grpc: { port: "rpc" } },
      timing: {
        readiness: { periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 2 },
        liveness: { periodSeconds: 20 },
      },
      startupSeconds: 90,
      resources: RESOURCES,
      metrics: { port: "metrics", path: "/metrics" },
      autoscaling: {
        minReplicas: 2,
        maxReplicas: 6,
        cpu: 80,
        memory: 90,
        podMetrics: { requests_per_second: "100" },
        behavior: {
          scaleUp: { percent: 100, pods: 2, periodSeconds: 15, stabilizationWindowSeconds: 0 },
          scaleDown: { percent: 10 },
        },
      },
      minAvailable: 1,
      permissions: {
        reload: {
          apiGroup: "",
          resources: ["configmaps"],
          names: ["settings"],
          verbs: ["get"],
          reason: "it reads its settings again",
        },
      },
    },
    worker: {
      language: "python",
      image: "registry.example.com/worker:1",
      noProbe: "it listens on nothing and writes no file",
      uses: ["orders"],
      env: { ORDERS: [members("orders")], KEY: [password("orders", "app")] },
      command: ["/bin/worker"],
      args: ["--level", "debug"],
    },
    optional: {
      language: "generic",
      image: "registry.example.com/optional:1",
      optional: "only some stacks need it",
      probe: { exec: { command: ["true"] } },
    },
  },
  stores: {
    db: {
      kind: "mysql",
      accounts: { app: { username: "app", database: "shop", credential: { generated: true } } },
      needs: ["cache"],
      loaders: {
        schema: {
          does: "creates the tables",
          image: "registry.example.com/schema:1",
          script: "echo done",
          env: { HOST: [host("db")], PASSWORD: [password("db", "app")] },
          seconds: 120,
          resources: RESOURCES,
        },
        data: {
          does: "fills them",
          needs: ["schema"],
          image: { repository: "registry.example.com/data", tag: "1" },
          script: "true",
          env: {},
        },
      },
      resources: RESOURCES,
      storage: "8Gi",
    },
    cache: { kind: "redis", storage: "1Gi" },
    orders: {
      kind: "mongodb",
      accounts: {
        app: {
          username: "orders",
          database: "orders",
          credential: { fixed: "secret12", reason: "built in" },
        },
      },
      storage: "4Gi",
    },
    queue: {
      kind: "rabbitmq",
      accounts: { app: { username: "queue", credential: { generated: true } } },
      storage: "2Gi",
    },
  },
  externals: {
    bank: {
      reason: "payments",
      host: "bank.example.com",
      port: 443,
      protocol: "https",
      cidr: ["198.51.100.0/24", "2001:db8::/32"],
      accounts: { app: { username: "shop" } },
      standIn: {
        language: "go",
        image: "registry.example.com/bank:1",
        ports: { http: { container: 8080, protocol: "http" } },
        probe: { http: { path: "/", port: 8080 } },
      },
    },
    mail: {
      reason: "letters",
      host: "mail",
      port: 25,
      protocol: "tcp",
      pods: { namespace: "mail", labels: { app: "mail" }, port: 2525 },
    },
  },
  secrets: {
    session: { reason: "signs sessions", length: 64, alphabet: "base64url" },
    mail: { reason: "the key of the mail service", given: true },
  },
  callers: {
    batch: { namespace: "batch", labels: { app: "batch" }, calls: ["api"], reason: "reports" },
  },
};
