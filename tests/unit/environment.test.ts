/** How an environment resolves an inventory: optional services, externals and stand-ins, callers, passwords of others. */
import assert from "node:assert/strict";
import { givenCredentials } from "../../src/config/credentials";
import type { External } from "../../src/model/application";
import { host, passwordInUrl, port, text, url, username } from "../../src/model/text";
import { givenNames } from "../../src/plan/credentials";
import { application, planFor, problemsOf, redis, service, valuesOf } from "../support";

const reason = "for a test of it";
const bank: External = { host: "bank.example.com", port: 443, protocol: "https", reason };
const database: External = {
  host: "db.example.com",
  port: 5432,
  protocol: "tcp",
  pods: { namespace: "data", labels: { app: "postgres" }, port: 6432 },
  accounts: { app: { username: "app" } },
  reason,
  standIn: service({ ports: { sql: { container: 5433, protocol: "tcp" } }, probe: { tcp: { port: "sql" } } }),
};
const shop = (more: Parameters<typeof application>[0] = {}) =>
  application({
    services: {
      web: service({
        uses: ["bank", "db"],
        env: {
          BANK: [url("bank")],
          DB: text`sql://${username("db", "app")}:${passwordInUrl("db", "app")}@${host("db")}:${port("db")}`,
        },
      }),
    },
    externals: { bank, db: database },
    ...more,
  });
const given = { credentials: { "db-app": "?" } };
const webOf = (config: Record<string, unknown>, more?: Parameters<typeof application>[0]) =>
  valuesOf(planFor(shop(more), config), "web");

describe("externals", () => {
  it("are reached at their address, and allowed by the narrowest rule known for them", () => {
    const plan = planFor(shop(), given);
    const { env, networkPolicy } = valuesOf(plan, "web");
    assert.equal(env?.BANK, "https://bank.example.com/");
    assert.deepEqual(plan.secrets["web-env"]?.keys.DB, [
      "sql://app:",
      { credential: "db-app", encoding: "uri" },
      "@db.example.com:5432",
    ]);
    assert.deepEqual(networkPolicy?.egress, {
      bank: { anywhere: true, ports: [443] },
      db: { namespace: "data", pods: { app: "postgres" }, ports: [6432] },
    });
    assert.deepEqual(Object.keys(plan.releases), ["web"]);
  });

  it("are elsewhere if a stack says so: then nothing is known about their pods", () => {
    const elsewhere = (db: object) => valuesOf(planFor(shop(), { ...given, externals: { db } }), "web");
    const moved = elsewhere({ host: "db.cloud.example.com", port: 6000, cidr: "10.1.0.0/16" });
    assert.deepEqual(moved.networkPolicy?.egress?.db, { cidr: "10.1.0.0/16", ports: [6000] });
    const other = elsewhere({ host: "db.cloud.example.com" });
    assert.deepEqual(other.networkPolicy?.egress?.db, { anywhere: true, ports: [5432] });
    const inside = elsewhere({ pods: { namespace: "sql", labels: { app: "db" } } });
    assert.deepEqual(inside.networkPolicy?.egress?.db, {
      namespace: "sql",
      pods: { app: "db" },
      ports: [5432],
    });
  });

  it("restart their users with a new generation of their passwords", () => {
    const checksum = (generation: number) =>
      webOf({ ...given, externals: { db: { generation } } }).secretChecksum;
    assert.equal(checksum(1), webOf(given).secretChecksum);
    assert.notEqual(checksum(2), checksum(1));
    // Their location does not change with it.
    assert.deepEqual(
      webOf({ ...given, externals: { db: { generation: 2 } } }).networkPolicy,
      webOf(given).networkPolicy,
    );
  });

  it("have the inventory's addresses until a stack sets another host", () => {
    const externals = { bank: { ...bank, cidr: "198.51.100.0/24" }, db: database };
    const egress = (config: object) =>
      webOf({ ...given, ...config }, { externals }).networkPolicy?.egress?.bank;
    assert.deepEqual(egress({}), { cidr: "198.51.100.0/24", ports: [443] });
    assert.deepEqual(egress({ externals: { bank: { host: "bank.example.org" } } }), {
      anywhere: true,
      ports: [443],
    });
    const both = { cidr: "10.0.0.0/8", pods: { namespace: "a", labels: {} } };
    const [problem] = problemsOf(() => webOf({ ...given, externals: { bank: both } }));
    assert.match(problem?.what ?? "", /both `pods` and `cidr`/);
    const [wrong] = problemsOf(() => webOf({ ...given, externals: { bank: { cidr: "999.1.1.1/99" } } }));
    assert.match(wrong?.what ?? "", /range of addresses/);
  });

  it("can have several address ranges, in the inventory and in a stack", () => {
    const ranges = ["198.51.100.0/24", "2001:db8::/32"];
    const egress = (config: object, more: object = {}) =>
      webOf({ ...given, ...config }, { externals: { bank: { ...bank, ...more }, db: database } })
        .networkPolicy?.egress;
    const rules = egress({}, { cidr: ranges });
    assert.deepEqual(rules?.bank, { cidr: "198.51.100.0/24", ports: [443] });
    assert.deepEqual(rules?.bank_2, { cidr: "2001:db8::/32", ports: [443] });
    assert.deepEqual(egress({ externals: { bank: { cidr: ranges } } }), rules);
    const [wrong] = problemsOf(() =>
      egress({ externals: { bank: { cidr: ["10.0.0.0/8", "10.0.0.0/33"] } } }),
    );
    assert.match(`${wrong?.where}: ${wrong?.what}`, /bank\.cidr\[1\]: must be a range of addresses/);
    const [both] = problemsOf(() => egress({}, { cidr: ranges, pods: { namespace: "a", labels: {} } }));
    assert.match(`${both?.where}: ${both?.what}`, /external bank: has both `pods` and `cidr`/);
  });

  it("of a stand-in are replaced by stand-ins as well, unless a stack turns them off", () => {
    const first = { ...bank, standIn: service({ uses: ["db"] }) };
    const names = (config: object) =>
      Object.keys(
        planFor(
          shop({ services: { web: service({ uses: ["bank"] }) }, externals: { bank: first, db: database } }),
          {
            standIns: true,
            ...config,
          },
        ).releases,
      ).sort();
    assert.deepEqual(names({}), ["bank", "db", "web"]);
    assert.deepEqual(names({ services: { bank: { enabled: false } } }), ["web"]);
  });

  it("are replaced by stand-ins if a stack asks for it and does not set a host", () => {
    const plan = planFor(shop(), { standIns: true });
    assert.deepEqual(Object.keys(plan.releases).sort(), ["db", "web"]);
    assert.deepEqual(plan.secrets["web-env"]?.keys.DB?.[2], "@db:5433");
    assert.deepEqual(plan.credentials["db-app"], { source: "generated", length: 32, protect: false });
    const { networkPolicy } = valuesOf(plan, "db");
    assert.deepEqual(networkPolicy?.ingress, {
      web: { pods: { "app.kubernetes.io/instance": "web" }, ports: [5433] },
    });
    const own = { standIns: true, externals: { db: { host: "db.example.org" } }, ...given };
    assert.deepEqual(Object.keys(planFor(shop(), own).releases), ["web"]);
    // An external that nobody uses has no stand-in.
    const unused = planFor(shop({ services: { web: service() } }), { standIns: true });
    assert.deepEqual(Object.keys(unused.releases), ["web"]);
  });

  it("need encrypted passwords; unknown ones are reported, and no value is ever shown", () => {
    const [missing] = problemsOf(() => planFor(shop()));
    assert.equal(missing?.where, "flotilla:credentials.db-app");
    assert.match(missing?.todo ?? "", /config set --secret --path flotilla:credentials\.db-app/);
    const [unknown] = problemsOf(() =>
      planFor(shop(), { credentials: { "db-app": "?", "db-ap": "hunter2" } }),
    );
    assert.match(unknown?.todo ?? "", /Did you mean "db-app"/);
    assert.ok(!JSON.stringify(planFor(shop(), { credentials: { "db-app": "hunter2" } })).includes("hunter2"));
    const [broken] = problemsOf(() => planFor(shop(), { credentials: "hunter2" }));
    assert.ok(!JSON.stringify(broken).includes("hunter2"));
    // A stand-in has its own password, even if the stack was given one.
    const { credentials } = planFor(shop(), { ...given, standIns: true });
    assert.deepEqual(givenNames(credentials), []);
  });
});

describe("passwords in a stack file", () => {
  const told = (node: unknown) => givenCredentials("flotilla:credentials", node);
  const secure = { secure: "v1:abc" };

  it("are read by name only, each encrypted separately", () => {
    assert.deepEqual(told({ a: secure, b: secure }), { names: ["a", "b"], problems: [] });
    assert.deepEqual(told({}), { names: [], problems: [] });
  });

  it("are refused in plain text, also next to others, and encrypted as a whole, without being repeated", () => {
    const { problems } = told({ a: secure, b: "hunter2" });
    assert.deepEqual(
      problems.map(({ where }) => where),
      ["flotilla:credentials.b"],
    );
    assert.ok(!JSON.stringify(problems).includes("hunter2"));
    assert.match(told(secure).problems[0]?.what ?? "", /the whole map is encrypted/);
    assert.match(told(["hunter2"]).problems[0]?.what ?? "", /must be a map/);
  });
});

describe("optional services", () => {
  const optional = () =>
    shop({
      services: { web: service(), load: service({ optional: reason, uses: ["web"] }) },
      externals: {},
    });

  it("are deployed if a stack turns them on, and others can be turned off", () => {
    assert.deepEqual(Object.keys(planFor(optional()).releases), ["web"]);
    const on = planFor(optional(), { services: { load: { enabled: true } } });
    assert.deepEqual(Object.keys(on.releases), ["web", "load"]);
    assert.deepEqual(
      Object.keys(planFor(optional(), { services: { web: { enabled: false } } }).releases),
      [],
    );
  });

  it("cannot be missing if another service calls them", () => {
    const services = { load: { enabled: true }, web: { enabled: false } };
    const [problem] = problemsOf(() => planFor(optional(), { services }));
    assert.equal(problem?.where, "flotilla:services.web.enabled");
    assert.match(problem?.what ?? "", /load uses web, which is disabled in this stack/);
  });
});

describe("callers and ingresses", () => {
  const callers = { gateway: { namespace: "edge", labels: { app: "gateway" }, calls: ["web"], reason } };

  it("are allowed by the labels of their pods and of their namespace", () => {
    assert.deepEqual(webOf(given, { callers }).networkPolicy?.ingress, {
      gateway: { namespace: "edge", pods: { app: "gateway" }, ports: [8080] },
    });
  });

  it("may read metrics if something scrapes, with a monitor if the cluster supports them", () => {
    const services = { web: service({ metrics: { port: "http", path: "/metrics" } }) };
    const plain = webOf({ monitoring: { namespace: "watch" } }, { services, externals: {} });
    assert.deepEqual(plain.networkPolicy?.ingress, {
      metrics_scraper: { namespace: "watch", ports: ["http"] },
    });
    assert.equal(plain.monitor, undefined);
    const watched = webOf(
      { monitoring: { serviceMonitor: { labels: { release: "prometheus" } } } },
      { services, externals: {} },
    );
    assert.deepEqual(watched.monitor, {
      kind: "ServiceMonitor",
      port: "http",
      path: "/metrics",
      labels: { release: "prometheus" },
    });
  });

  it("route to several services by path", () => {
    const services = {
      web: service({ public: { port: "http" } }),
      api: service({ public: { port: "http", path: "/api" } }),
    };
    const plan = planFor(shop({ services, externals: {} }), {
      ingress: { host: "shop.example.com", clusterIssuer: "letsencrypt" },
    });
    const entry = { by: "ingress", protocol: "https", port: 443, targetPort: 8080 };
    assert.deepEqual(plan.entries, {
      web: { ...entry, url: "https://shop.example.com" },
      api: { ...entry, url: "https://shop.example.com/api" },
    });
    assert.equal(plan.outputs.publicUrl, "https://shop.example.com");
    const [problem] = problemsOf(() => planFor(shop({ services, externals: {} }), { loadBalancer: {} }));
    assert.match(
      problem?.what ?? "",
      /2 public services, web and api: a load balancer does not route by path/,
    );
  });
});

describe("registries", () => {
  it("give every pod a pull secret, created before it", () => {
    const stores = { cache: redis() };
    const config = {
      registries: { ghcr: { server: "ghcr.io", username: 'bo"t' } },
      credentials: { "registry-ghcr": "?" },
    };
    for (const distribution of ["bitnami", "upstream"]) {
      const plan = planFor(application({ stores }), { ...config, distribution });
      assert.deepEqual(plan.secrets["registry-ghcr"]?.keys[".dockerconfigjson"], [
        '{"auths":{"ghcr.io":{"username":"bo\\"t","password":',
        { credential: "registry-ghcr", encoding: "json" },
        "}}}",
      ]);
      assert.equal(plan.secrets["registry-ghcr"]?.type, "kubernetes.io/dockerconfigjson");
      for (const { name, values, secrets } of Object.values(plan.releases)) {
        assert.ok(secrets.includes("registry-ghcr"), name);
        const pulled = JSON.stringify([values.imagePullSecrets, (values.global as object) ?? {}]);
        assert.ok(pulled.includes("registry-ghcr"), `${name} in ${distribution}`);
      }
    }
  });
});

describe("pods that use the Kubernetes API", () => {
  it("may connect to it, at its addresses if a stack sets them", () => {
    const permissions = { own: { resources: ["configmaps"], names: ["web"], verbs: ["get"], reason } };
    const services = { web: service({ permissions }) };
    const rule = (config: Record<string, unknown>) =>
      valuesOf(planFor(application({ services }), config), "web").networkPolicy?.egress?.kubernetes_api;
    assert.deepEqual(rule({}), { anywhere: true, ports: [443, 6443, 8443, 16443] });
    assert.deepEqual(rule({ apiServer: "10.0.0.1/32" }), {
      cidr: "10.0.0.1/32",
      ports: [443, 6443, 8443, 16443],
    });
  });
});

describe("probes", () => {
  it("check liveness also for a service without readiness", () => {
    const liveness = { http: { path: "/live", port: "http" } };
    const services = { web: service({ probe: undefined, liveness }) };
    const { probes } = valuesOf(planFor(application({ services })), "web");
    assert.deepEqual(Object.keys(probes ?? {}).sort(), ["liveness", "startup"]);
  });

  it("use HTTPS with headers, and ask gRPC about one service", () => {
    const of = (more: Parameters<typeof service>[0]) =>
      valuesOf(planFor(application({ services: { web: service(more) } })), "web").probes;
    const http = { path: "/health", port: "http", headers: { Host: "shop.example.com" } };
    const secure = of({ probe: { http: { ...http, scheme: "https" } } });
    assert.deepEqual(secure?.readiness?.http, { ...http, scheme: "HTTPS" });
    assert.deepEqual(secure?.startup?.http, secure?.readiness?.http);
    assert.deepEqual(secure?.liveness?.tcp, { port: "http" });
    assert.deepEqual(of({ probe: { http: { ...http, scheme: "http" } } })?.readiness?.http, http);
    const rpc = { port: "http", service: "shop.v1.Cart" };
    assert.deepEqual(of({ probe: { grpc: rpc } })?.readiness?.grpc, rpc);
  });
});

describe("autoscalers", () => {
  it("get a timeout for the maximum number of pods", () => {
    const of = (config: Record<string, unknown>) =>
      planFor(application({ services }), config).releases.web?.timeoutSeconds;
    assert.equal(of(prod), of({ ...prod, autoscaling: false, replicas: 9 }));
  });

  const services = { web: service({ autoscaling: { minReplicas: 2, maxReplicas: 9 }, minAvailable: 1 }) };
  const scaled = (config: Record<string, unknown>) =>
    valuesOf(planFor(application({ services }), config), "web");
  const prod = { environment: "prod", cluster: { context: "prod" } };

  it("apply in staging and prod, or if a stack says so, within its bounds", () => {
    assert.equal(scaled({}).autoscaling, undefined);
    assert.equal(scaled({ autoscaling: true }).autoscaling?.enabled, true);
    assert.equal(scaled({ ...prod, autoscaling: false }).replicas, 3);
    const { autoscaling, replicas } = scaled({
      ...prod,
      services: { web: { autoscaling: { maxReplicas: 5 } } },
    });
    assert.deepEqual([autoscaling?.minReplicas, autoscaling?.maxReplicas, replicas], [2, 5, 2]);
  });

  it("refuse a fixed number of pods, minimum above maximum, and bounds without an autoscaler", () => {
    const problem = (web: object, more: object = prod) =>
      problemsOf(() => planFor(application({ services }), { ...more, services: { web } }))[0]?.what ?? "";
    assert.match(problem({ replicas: 3 }), /an autoscaler decides/);
    assert.match(problem({ autoscaling: { minReplicas: 20 } }), /has minReplicas 20 and maxReplicas 9/);
    const plain = application({ services: { web: service() } });
    const [none] = problemsOf(() =>
      planFor(plain, { services: { web: { autoscaling: { minReplicas: 2 } } } }),
    );
    assert.match(none?.what ?? "", /has no autoscaler/);
  });

  it("allow one disruption if fewer pods run than must stay", () => {
    const three = application({ services: { web: service({ minAvailable: 2 }) } });
    const budget = (replicas: number) => valuesOf(planFor(three, { replicas }), "web").podDisruptionBudget;
    assert.deepEqual(budget(3), { minAvailable: 2 });
    assert.equal(budget(2), undefined);
  });
});
