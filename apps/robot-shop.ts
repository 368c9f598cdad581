/**
 * Robot Shop: Stan's Robot Shop, eight services and four stores.
 * Every value is what the published images read, according to their source (instana/robot-shop, 2023-03);
 * `tests/fixtures/robot-shop.json` has these facts with file and line, and a test compares them with the plan.
 */
import type { Application } from "../src/model/application";
import { resources } from "../src/model/resources";
import { address, host, members, password, port, replicaSet, text, url, username } from "../src/model/text";
import { mongodbLoaders, mysqlLoaders } from "./robot-shop-data";
import { answersOk } from "./stand-ins";

const image = (service: string) => ({ repository: `docker.io/robotshop/rs-${service}`, tag: "2.1.0" });
const http = (container: number) => ({ http: { container, protocol: "http" as const } });
/** The bounds come from the environment. No service keeps state in memory: carts are in redis. */
const scaled = {};
const get = (path: string) => ({ http: { path, port: "http" } });

/** As PID 1, a program without a SIGTERM handler ignores the signal, so a longer grace period does not help. */
const deafNode = {
  graceSeconds: 15,
  reason: "node server.js is PID 1 and ignores SIGTERM: it answers until it is killed",
};

/** The user is in its own database. The unified topology makes the 3.x driver reconnect and use OP_MSG. */
const mongoUrl = (account: string) =>
  text`mongodb://${username("mongodb", account)}:${password("mongodb", account)}@${members("mongodb")}/${account}?useUnifiedTopology=true${replicaSet("mongodb")}`;

export const robotShop: Application = {
  name: "robot-shop",
  description: "Stan's Robot Shop: a web shop of eight services in six languages",
  team: "robot-shop",
  services: {
    web: {
      language: "nginx",
      image: image("web"),
      ports: http(8080),
      autoscaling: scaled,
      public: { port: "http" },
      uses: ["catalogue", "user", "cart", "shipping", "payment", "ratings"],
      env: {
        CATALOGUE_HOST: [host("catalogue")],
        USER_HOST: [host("user")],
        CART_HOST: [host("cart")],
        SHIPPING_HOST: [host("shipping")],
        PAYMENT_HOST: [host("payment")],
        RATINGS_HOST: [host("ratings")],
      },
      probe: get("/"),
      // nginx resolves its upstreams once, on start, and exits if one has no Service yet.
      needsNames: true,
      // The image's own entrypoint is in /root, which only root can read. The entrypoint of the nginx base image also renders
      // templates from environment variables, into a directory that must be writable.
      command: ["/docker-entrypoint.sh"],
      args: ["nginx", "-g", "daemon off;"],
      writable: ["/etc/nginx/conf.d", "/var/cache/nginx", "/var/run", "/tmp"],
      files: {
        "/etc/nginx/templates/default.conf.template": webConfiguration(),
        "/usr/share/nginx/html/eum.html": "<!-- end-user monitoring is off -->\n",
      },
    },
    catalogue: {
      language: "node",
      image: image("catalogue"),
      ports: http(8080),
      autoscaling: scaled,
      uses: ["mongodb"],
      env: { MONGO_URL: mongoUrl("catalogue") },
      probe: get("/health"),
      shutdown: deafNode,
      writable: ["/tmp"],
    },
    user: {
      language: "node",
      image: image("user"),
      ports: http(8080),
      autoscaling: scaled,
      uses: ["mongodb", "redis"],
      env: { MONGO_URL: mongoUrl("users"), REDIS_HOST: [host("redis")] },
      probe: get("/health"),
      shutdown: deafNode,
      writable: ["/tmp"],
    },
    cart: {
      language: "node",
      image: image("cart"),
      ports: http(8080),
      autoscaling: scaled,
      uses: ["redis", "catalogue"],
      env: { REDIS_HOST: [host("redis")], CATALOGUE_HOST: [host("catalogue")] },
      metrics: { port: "http", path: "/metrics" },
      probe: get("/health"),
      shutdown: deafNode,
      writable: ["/tmp"],
    },
    shipping: {
      language: "java",
      image: image("shipping"),
      ports: http(8080),
      autoscaling: scaled,
      uses: ["mysql", "cart"],
      env: {
        // Connector/J 8.0.21 with useSSL=false cannot log in to MySQL 9 (caching_sha2_password) without fetching its key.
        DB_HOST: text`address=(host=${host("mysql")})(port=${port("mysql")})(allowPublicKeyRetrieval=true)`,
        CART_ENDPOINT: text`${address("cart")}`,
      },
      probe: get("/health"),
      // The program retries its database for about 169 s (RetryableDataSource.java:19).
      startupSeconds: 240,
      writable: ["/tmp"],
    },
    payment: {
      language: "python",
      image: image("payment"),
      ports: http(8080),
      autoscaling: scaled,
      uses: ["rabbitmq", "user", "cart", "payment-gateway"],
      env: {
        AMQP_HOST: [host("rabbitmq")],
        USER_HOST: [host("user")],
        CART_HOST: [host("cart")],
        PAYMENT_GATEWAY: [url("payment-gateway")],
        // Without it, uWSGI reloads on SIGTERM and is killed at the end of the grace period.
        UWSGI_DIE_ON_TERM: "true",
      },
      metrics: { port: "http", path: "/metrics" },
      probe: { http: { path: "/health", port: "http", notStartup: "a slow gateway blocks its one worker" } },
      user: {
        uid: 1,
        gid: 1,
        reason: "payment.ini:13-14 sets it, and uWSGI exits as any other non-root user",
      },
      writable: ["/tmp"],
    },
    ratings: {
      language: "php",
      image: image("ratings"),
      ports: http(80),
      autoscaling: scaled,
      uses: ["mysql", "catalogue"],
      env: {
        PDO_URL: text`mysql:host=${host("mysql")};dbname=ratings;charset=utf8mb4`,
        CATALOGUE_URL: text`http://${address("catalogue")}`,
        APP_ENV: "prod",
      },
      probe: { http: { path: "/_health", port: "http", notStartup: "it fails with the database" } },
      // Lets Apache listen on 80 without root: a safe sysctl under Pod Security `restricted`.
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
      writable: ["/var/www/html/var", "/var/run/apache2", "/var/lock/apache2", "/tmp"],
    },
    dispatch: {
      language: "go",
      image: image("dispatch"),
      uses: ["rabbitmq"],
      env: { AMQP_HOST: [host("rabbitmq")] },
      noProbe: "it listens on nothing and writes no sign of life (dispatch/main.go)",
      writable: ["/tmp"],
    },
  },
  stores: {
    mongodb: {
      kind: "mongodb",
      accounts: {
        catalogue: { username: "catalogue", database: "catalogue", credential: { generated: true } },
        users: { username: "users", database: "users", credential: { generated: true } },
      },
      loaders: mongodbLoaders,
      resources: resources(["100m", "2"], ["512Mi", "1Gi"]),
      storage: "8Gi",
    },
    mysql: {
      kind: "mysql",
      accounts: {
        shipping: {
          username: "shipping",
          database: "cities",
          credential: { fixed: "secret", reason: "compiled into rs-shipping (JpaConfig.java:24-25)" },
        },
        ratings: {
          username: "ratings",
          database: "ratings",
          credential: { fixed: "iloveit", reason: "written into rs-ratings (Kernel.php:78-79)" },
        },
      },
      loaders: mysqlLoaders,
      resources: resources(["100m", "2"], ["512Mi", "1Gi"]),
      storage: "8Gi",
    },
    redis: {
      kind: "redis",
      noPassword:
        "rs-user and rs-cart cannot send one (user/server.js:258, cart/server.js:390): requests would hang",
      resources: resources(["50m", "500m"], ["128Mi", "256Mi"]),
      storage: "2Gi",
    },
    rabbitmq: {
      kind: "rabbitmq",
      accounts: {
        guest: {
          username: "guest",
          credential: {
            fixed: "guest",
            reason: "written into rs-payment (rabbitmq.py:17) and rs-dispatch (main.go:183)",
          },
        },
      },
      resources: resources(["100m", "1"], ["512Mi", "1Gi"]),
      storage: "8Gi",
    },
  },
  externals: {
    "payment-gateway": {
      host: "paypal.com",
      port: 443,
      protocol: "https",
      reason: "payment expects a 200 from PAYMENT_GATEWAY before it accepts an order (payment.py:84-90)",
      standIn: answersOk,
    },
  },
};

/** Returns the nginx configuration: the routes of web/default.conf.template without the tracing module. */
function webConfiguration(): string {
  const route = (name: string, upstreamPort: number) =>
    `  location /api/${name}/ {\n    proxy_pass http://\${${name.toUpperCase()}_HOST}:${upstreamPort}/;\n  }\n`;
  return `server {
  listen 8080;
  proxy_http_version 1.1;
  root /usr/share/nginx/html;
  error_page 500 502 503 504 /50x.html;
  location / {
    index index.html;
    ssi on;
  }
  location /images/ {
    expires 5s;
    try_files $uri /images/placeholder.png;
  }
${["catalogue", "user", "cart", "shipping", "payment"].map((name) => route(name, 8080)).join("")}${route("ratings", 80)}  location /nginx_status {
    stub_status on;
    access_log off;
  }
}
`;
}
