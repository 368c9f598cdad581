/** An application with a migration and a cron task that use a store, a service and an external. */
import { host, password, url } from "../src/model/text";
import { LOCAL_CHARTS, type Planned } from "./environments";
import { application, planFor, redis, service } from "./support";

const TASKS = application({
  name: "tasks",
  services: { orders: service({ uses: ["db"] }), web: service() },
  stores: { db: redis(), cache: redis() },
  externals: {
    bank: {
      host: "bank.example.com",
      port: 443,
      protocol: "https",
      pods: { namespace: "bank", labels: { app: "bank" }, port: 8443 },
      reason: "payments",
    },
  },
  tasks: {
    migrate: {
      image: { of: "orders" },
      command: ["migrate"],
      seconds: 600,
      before: ["orders"],
      uses: ["db"],
      env: { DB_HOST: [host("db")], DB_PASSWORD: [password("db", "default")] },
      files: { "/etc/migrate.conf": "lock = true", "/etc/login": [password("db", "default")] },
      writable: ["/tmp"],
    },
    report: {
      image: { repository: "example.com/report", tag: "1.0.0" },
      seconds: 600,
      cron: { schedule: "0 3 * * *", timeZone: "Europe/Berlin" },
      uses: ["orders", "bank"],
      env: { ORDERS: [url("orders")] },
    },
  },
});

const config = { ...LOCAL_CHARTS, environment: "prod", cluster: { context: "prod" } };

/** Its plan in prod, with the charts of this repository. */
export const WITH_TASKS: Planned = {
  application: TASKS,
  environment: "prod",
  plan: planFor(TASKS, config),
  config,
};
