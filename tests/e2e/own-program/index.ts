/** A user's own Pulumi program with Flotilla's components: two applications, and a standalone store and services. */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
  Application,
  host,
  type Inventory,
  type inventory,
  Microservice,
  password,
  Store,
  text,
  username,
} from "../../../components";

const config = new pulumi.Config();
const settings = { environment: "local", distribution: "upstream" } as const;

const web = (store: string): inventory.Service => ({
  language: "nginx",
  image: { repository: "example.com/web", tag: config.get("tag") ?? "1.0.0" },
  ports: { http: { container: 8080, protocol: "http" } },
  probe: { http: { path: "/", port: "http" } },
  uses: [store],
  env: { CACHE_URL: text`redis://:${password(store, "default")}@${host(store)}:6379` },
});

const redis: inventory.Store = {
  kind: "redis",
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "64Mi" } },
  storage: "1Gi",
};

const shop = (name: string, store?: string): Inventory => ({
  name,
  description: "An application of a user's own program.",
  services: { web: store === undefined ? { ...web(""), uses: [], env: {} } : web(store) },
  stores: store === undefined ? {} : { [store]: redis },
});

const first = new Application("shop", { inventory: shop("shop", "cache"), settings });
new Application("shop-two", {
  inventory: shop("shop-two", config.getBoolean("withoutStore") ? undefined : "cache"),
  settings: {
    ...settings,
    ...(config.get("namespace") === undefined ? {} : { namespace: config.get("namespace") as string }),
  },
});

// Wrong on purpose: the name of this component's store begins with the name of the other component.
if (config.getBoolean("contested"))
  new Application("shop-two-cache", {
    inventory: { ...shop("third"), name: "third" },
    settings: { ...settings, replicas: undefined },
  });

const NAMESPACE = "own-program";
const namespace = new k8s.core.v1.Namespace("own", { metadata: { name: NAMESPACE } });
const place = { application: "orders", namespace: config.get("place") ?? NAMESPACE, settings };
if (place.namespace !== NAMESPACE)
  new k8s.core.v1.Namespace("elsewhere", { metadata: { name: "elsewhere" } });
const database = new Store(
  "orders-db",
  {
    ...place,
    namespace: config.get("storePlace") ?? place.namespace,
    settings: {
      ...settings,
      distribution: config.get("distribution") === "bitnami" ? "bitnami" : "upstream",
    },
    store: {
      ...redis,
      kind: "mysql",
      accounts: { app: { username: "orders", database: "orders", credential: { generated: true } } },
      storage: config.get("storage") ?? "1Gi",
    },
    clients: config.getBoolean("withoutClient") ? [] : ["orders"],
  },
  { dependsOn: [namespace] },
);
const orders = new Microservice(
  "orders",
  {
    ...place,
    service: {
      ...web("orders-db"),
      env: {
        DB: text`mysql://${username("orders-db", "app")}:${password("orders-db", "app")}@${host("orders-db")}/orders`,
      },
    },
    stores: { "orders-db": database },
    clients: ["gateway"],
  },
  { dependsOn: [namespace] },
);
const gateway = new Microservice(
  "gateway",
  {
    ...place,
    service: { ...web("orders"), env: { ORDERS: [host("orders")] } },
    services: { orders },
  },
  { dependsOn: [namespace] },
);

export const url = first.outputs.services.apply(({ web }) => web?.url);
export const databaseHost = database.outputs.host;
export const ordersUrl = orders.url;
export const gatewayStatus = gateway.release.status.status;
export const databasePassword = database.password("app");
