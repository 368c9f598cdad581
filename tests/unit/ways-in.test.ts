/** Routes from outside the cluster: through a gateway, or through an Ingress, and what neither can do. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { graphOf } from "../../cli/core/graph/graph";
import type { Application, Cors, Public, Service } from "../../src/model/application";
import { readInventory } from "../../src/model/inventory/read";
import { FlotillaError } from "../../src/model/problems";
import { validateApplication } from "../../src/model/validate";
import type { Plan } from "../../src/plan/plan";
import { checkWaysIn } from "../../src/runtime/check-ways-in";
import { application, planFor, problemsOf, service, settingsOf, valuesOf } from "../support";
import { deployedFrom } from "./store-examples";

const PORTS = {
  http: { container: 8080, protocol: "http" },
  admin: { container: 9000, protocol: "http" },
  rpc: { container: 9090, protocol: "grpc" },
  sql: { container: 5432, protocol: "tcp" },
} as const;
const gateway = { name: "public", namespace: "gateways", section: "https", host: "shop.example.com" };
const hosts = { api: { host: "api.example.com" }, tenants: { host: "*.shop.example.com" } };
const nginx = { host: "shop.example.com", className: "nginx", hosts };
const web = (open: Public | undefined, routes?: Record<string, Public>, more: Partial<Service> = {}) =>
  service({ ports: PORTS, ...(open ? { public: open } : {}), ...(routes ? { routes } : {}), ...more });
const shop = (...of: Parameters<typeof web>) => application({ services: { web: web(...of) } });
const planIn = (described: Application, way: Record<string, unknown>) => planFor(described, way);
const refused = (described: Application, way: Record<string, unknown>) =>
  problemsOf(() => planIn(described, way)).map(({ where, what }) => `${where}: ${what}`);

const ROUTES: Record<string, Public> = {
  api: {
    port: "http",
    host: "api",
    path: "/v1",
    rewrite: "/",
    timeoutSeconds: 10,
    cors: { origins: ["https://shop.example.com"], methods: ["GET"], credentials: true, maxAgeSeconds: 60 },
  },
  old: { port: "http", path: "/old", match: "exact", redirect: { path: "/new", permanent: true } },
  tenants: { port: "admin", host: "tenants" },
};

describe("routes of a gateway", () => {
  const plan = planIn(shop({ port: "http" }, ROUTES), { gateway: { ...gateway, hosts } });

  it("are HTTPRoutes that are attached to its listener", () => {
    const { httpRoutes, ingress, ingresses, grpcRoutes } = valuesOf(plan, "web");
    assert.deepEqual([ingress, ingresses, grpcRoutes], [undefined, undefined, undefined]);
    const attached = { name: "public", namespace: "gateways", section: "https" };
    assert.deepEqual(httpRoutes, {
      public: { gateway: attached, hostnames: ["shop.example.com"], port: "http" },
      api: {
        gateway: attached,
        hostnames: ["api.example.com"],
        port: "http",
        path: "/v1",
        rewrite: "/",
        cors: ROUTES.api?.cors,
        timeout: "10s",
      },
      old: {
        gateway: attached,
        hostnames: ["shop.example.com"],
        port: "http",
        path: "/old",
        pathType: "Exact",
        redirect: { path: "/new", statusCode: 301 },
      },
      tenants: { gateway: attached, hostnames: ["*.shop.example.com"], port: "admin" },
    });
  });

  it("let its proxies in, on the ports of the routes only", () => {
    assert.deepEqual(valuesOf(plan, "web").networkPolicy?.ingress, {
      gateway_proxies: { namespace: "gateways", ports: ["http", "admin"] },
    });
    const elsewhere = planIn(shop({ port: "http" }), { gateway: { ...gateway, proxyNamespace: "envoy" } });
    assert.equal(valuesOf(elsewhere, "web").networkPolicy?.ingress?.gateway_proxies?.namespace, "envoy");
    const own = planIn(shop({ port: "http" }), { gateway: { ...gateway, namespace: undefined } });
    assert.equal(valuesOf(own, "web").networkPolicy?.ingress?.gateway_proxies?.namespace, "shop-dev");
  });

  it("have URLs, in the outputs and in the graph", () => {
    const urls = [
      "https://shop.example.com",
      "https://api.example.com/v1",
      "https://shop.example.com/old",
      "https://*.shop.example.com",
    ];
    assert.equal(plan.outputs.publicUrl, urls[0]);
    assert.deepEqual(plan.outputs.services.web?.publicUrls, urls);
    const { nodes, edges } = graphOf(plan);
    assert.deepEqual(
      nodes.find(({ name }) => name === "web")?.facts["Way in"],
      urls.map((url) => `gateway, ${url}`),
    );
    assert.deepEqual(
      edges.map(({ port, targetPort }) => [port, targetPort]),
      [
        [443, 8080],
        [443, 9000],
      ],
    );
    const wild = planIn(shop({ port: "http", host: "tenants" }), { gateway: { ...gateway, hosts } });
    assert.equal(wild.outputs.publicUrl, undefined, "no client can use a wildcard");
  });

  it("are GRPCRoutes for grpc ports", () => {
    const rpc = { port: "rpc", host: "api", grpc: { service: "shop.v1.Cart", method: "Add" } };
    const { grpcRoutes, httpRoutes } = valuesOf(
      planIn(shop({ port: "http" }, { rpc }), {
        gateway: {
          ...gateway,
          hosts: { api: { host: "rpc.example.com", section: "rpc", protocol: "http" } },
        },
      }),
      "web",
    );
    assert.deepEqual(Object.keys(httpRoutes ?? {}), ["public"]);
    assert.deepEqual(grpcRoutes, {
      rpc: {
        gateway: { name: "public", namespace: "gateways", section: "rpc" },
        hostnames: ["rpc.example.com"],
        port: "rpc",
        service: "shop.v1.Cart",
        method: "Add",
      },
    });
  });

  it("do not drop silently what they cannot do: limits are warned of, the rest is refused", () => {
    const limited = { port: "http", maxBody: "1Mi", rateLimit: { connections: 5 }, annotations: { a: "b" } };
    assert.deepEqual(planIn(shop(limited), { gateway }).warnings, [
      "apps/shop.ts: service web: public has `maxBody`, `rateLimit` and `annotations`, which the routes of gateway public do not have: set it in a policy of the gateway",
    ]);
    const way = { gateway };
    const at = "apps/shop.ts: service web: public";
    assert.deepEqual(refused(shop({ port: "sql" }), way), [
      `${at}: the protocol of port sql is tcp, and flotilla:gateway passes on HTTP and gRPC only`,
    ]);
    assert.deepEqual(refused(shop({ port: "rpc", path: "/cart" }), way), [
      `${at}.path: port rpc is grpc, and a GRPCRoute has no path`,
    ]);
    assert.deepEqual(refused(shop({ port: "rpc", redirect: { scheme: "https" } }), way), [
      `${at}: has \`redirect\`, which a GRPCRoute does not have`,
    ]);
    assert.deepEqual(refused(shop({ port: "http", grpc: { service: "a.B" } }), way), [
      `${at}.grpc: the protocol of port http is http`,
    ]);
    assert.match(
      refused(shop({ port: "http" }, { rpc: { port: "rpc", grpc: { service: "a.B" } } }), way)[0] ?? "",
      /service web: routes\.rpc: host shop\.example\.com has a grpc route here and a http route in web/,
    );
  });
});

describe("routes of an Ingress", () => {
  const prefix = "nginx.ingress.kubernetes.io/";

  it("are one Ingress each, with the annotations of ingress-nginx if its class asks for them", () => {
    const limited = { ...ROUTES, upload: { port: "http", path: "/up", maxBody: "10Mi" } };
    const { ingress, ingresses, httpRoutes } = valuesOf(
      planIn(shop({ port: "http", rateLimit: { connections: 5 } }, limited), { ingress: nginx }),
      "web",
    );
    assert.equal(httpRoutes, undefined);
    assert.deepEqual(ingress, {
      className: "nginx",
      hosts: { public: { host: "shop.example.com", port: "http" } },
      rateLimit: { connections: 5 },
    });
    assert.deepEqual(ingresses, {
      api: {
        className: "nginx",
        hosts: {
          api: {
            host: "api.example.com",
            port: "http",
            path: "/v1(/|$)(.*)",
            pathType: "ImplementationSpecific",
          },
        },
        annotations: {
          [`${prefix}use-regex`]: "true",
          [`${prefix}rewrite-target`]: "/$2",
          [`${prefix}proxy-read-timeout`]: "10",
          [`${prefix}proxy-send-timeout`]: "10",
          [`${prefix}enable-cors`]: "true",
          [`${prefix}cors-allow-origin`]: "https://shop.example.com",
          [`${prefix}cors-allow-methods`]: "GET",
          [`${prefix}cors-allow-credentials`]: "true",
          [`${prefix}cors-max-age`]: "60",
        },
      },
      old: {
        className: "nginx",
        hosts: { old: { host: "shop.example.com", port: "http", path: "/old", pathType: "Exact" } },
        annotations: { [`${prefix}permanent-redirect`]: "http://shop.example.com/new" },
      },
      tenants: {
        className: "nginx",
        hosts: { tenants: { host: "*.shop.example.com", port: "admin" } },
      },
      upload: {
        className: "nginx",
        hosts: { upload: { host: "shop.example.com", port: "http", path: "/up" } },
        annotations: { [`${prefix}proxy-body-size`]: "10485760" },
      },
    });
  });

  it("have the TLS of their host, else that of the stack", () => {
    const way = {
      ingress: {
        host: "shop.example.com",
        clusterIssuer: "letsencrypt",
        hosts: {
          api: { host: "api.example.com", tlsSecret: "api-tls" },
          tenants: { host: "*.shop.example.com" },
        },
      },
    };
    const plan = planIn(
      shop({ port: "http" }, { api: { port: "http", host: "api" }, all: { port: "http", host: "tenants" } }),
      way,
    );
    const { ingress, ingresses } = valuesOf(plan, "web");
    assert.deepEqual(ingress?.tls, { clusterIssuer: "letsencrypt" });
    assert.deepEqual(ingresses?.api?.tls, { secret: "api-tls" });
    assert.deepEqual(ingresses?.all?.tls, { clusterIssuer: "letsencrypt" });
    assert.ok(plan.outputs.services.web?.publicUrls?.every((url) => url.startsWith("https://")));
  });

  it("of another class have no annotations of nginx: limits are warned of, the rest is refused", () => {
    const other = { ingress: { ...nginx, className: "traefik" } };
    const limited = shop({ port: "http", timeoutSeconds: 5, rateLimit: { connections: 5 } });
    const plan = planIn(limited, other);
    assert.doesNotMatch(JSON.stringify(valuesOf(plan, "web")), /nginx\.ingress|rateLimit/);
    assert.deepEqual(plan.warnings, [
      "apps/shop.ts: service web: public has `timeoutSeconds`, `rateLimit`, which the IngressClass traefik does not get: set it in `annotations` or in the controller",
    ]);
    assert.match(
      refused(shop({ port: "http", path: "/a", rewrite: "/" }), other)[0] ?? "",
      /has `rewrite`, which the IngressClass traefik does not have/,
    );
    assert.match(
      refused(limited, { ingress: { host: "shop.example.com" } })[0] ?? "",
      /which an Ingress only has with ingress-nginx, and the stack does not say which controller serves it/,
    );
  });

  it("cannot route by gRPC service, and not UDP", () => {
    assert.match(
      refused(shop({ port: "rpc", grpc: { service: "a.B" } }), { ingress: nginx })[0] ?? "",
      /an Ingress cannot route by gRPC service/,
    );
    const udp = shop({ port: "dns" }, undefined, {
      ports: { http: PORTS.http, dns: { container: 53, protocol: "udp" } },
    });
    assert.match(refused(udp, { ingress: nginx })[0] ?? "", /protocol of port dns is udp/);
  });

  it("keep their Ingress: to rename a route takes two updates", () => {
    const before = planIn(shop({ port: "http", path: "/a" }), { ingress: nginx });
    const renamed = shop(undefined, { other: { port: "http", path: "/a/" } });
    const [problem] = problemsOf(() => planFor(renamed, { ingress: nginx }, deployedFrom(before)));
    assert.match(problem?.what ?? "", /shop\.example\.com\/a moves from public to other/);
  });
});

describe("routes are refused", () => {
  const sayings = (services: Application["services"]) =>
    validateApplication(application({ services })).map(({ what }) => what);

  it("with the same host and path, in one service or two", () => {
    const same = { port: "http", path: "/a" };
    assert.deepEqual(sayings({ web: web({ port: "http" }, { a: same, b: { ...same, path: "/a/" } }) }), [
      "web has the same public path, /a",
    ]);
    assert.deepEqual(
      sayings({ web: web({ ...same, host: "api" }), api: web(undefined, { a: { ...same, host: "api" } }) }),
      ["web has the same public path, /a of host api"],
    );
    const others = { a: same, b: { ...same, host: "api" }, c: { ...same, match: "exact" } as const };
    assert.deepEqual(sayings({ web: web(undefined, others) }), []);
    const twice = { gateway: { ...gateway, hosts: { api: { host: "shop.example.com" } } } };
    assert.match(
      refused(shop({ port: "http" }, { api: { port: "http", host: "api" } }), twice)[0] ?? "",
      /has the same host and path as public of web: shop\.example\.com\//,
    );
  });

  it("to a port or a host that does not exist", () => {
    assert.deepEqual(sayings({ web: web(undefined, { a: { port: "htpp" } }) }), [
      'the port of route a is "htpp", which does not exist',
    ]);
    const [problem] = problemsOf(() =>
      planIn(shop({ port: "http", host: "apis" }), { gateway: { ...gateway, hosts } }),
    );
    assert.equal(problem?.where, "flotilla:gateway.hosts");
    assert.match(problem?.what ?? "", /has no host apis, which service web names in public\.host/);
    assert.match(problem?.todo ?? "", /Did you mean "api"/);
  });

  it("with two ways in", () => {
    const both = (way: object) => refused(shop({ port: "http" }), way as never).join();
    assert.match(
      both({ gateway, ingress: nginx }),
      /flotilla:gateway: cannot be combined with flotilla:ingress/,
    );
    assert.match(both({ gateway, loadBalancer: {} }), /cannot be combined with flotilla:gateway/);
  });

  it("in a form that neither can have", () => {
    const read = (open: object) =>
      readInventory(
        {
          name: "shop",
          description: "A test",
          services: { web: { language: "go", image: "a/b:1", ports: { http: PORTS.http }, public: open } },
        },
        "shop",
      ).problems.map(({ where, what }) => `${where.replace(/.*public/, "public")} ${what}`);
    const port = "http";
    assert.deepEqual(read({ port, cors: { origins: ["*"] }, timeoutSeconds: 1 }), []);
    assert.match(
      read({ port, cors: { origins: ["*"], credentials: true } })[0] ?? "",
      /must name the origins/,
    );
    assert.match(
      read({ port, cors: { origins: ["*", "https://a.b"] } })[0] ?? "",
      /no other entries beside \*/,
    );
    assert.match(read({ port, cors: { origins: ["shop.example.com"] } })[0] ?? "", /must be an origin/);
    assert.match(read({ port, cors: { origins: ["*"], methods: ["get"] } })[0] ?? "", /must be one of "GET"/);
    assert.match(read({ port, redirect: {} })[0] ?? "", /must have a scheme, a host or a path/);
    assert.match(read({ port, paht: "/" })[0] ?? "", /unknown key/);
    assert.match(read({ port, timeoutSeconds: 0 })[0] ?? "", /must be at least 1/);
    assert.match(read({ port, host: "shop.example.com" })[0] ?? "", /must be a DNS label/);
    const way = (host: string) => settingsOf({ gateway: { name: "a", host } });
    assert.equal(way("*.example.com").settings.gateway?.host, "*.example.com");
    for (const host of ["*", "*.", "a.*.b", "https://a.b", "A.b"])
      assert.throws(() => way(host), /must be a DNS name in lower case/, host);
  });

  it("or are served, whatever is asked for: nothing is dropped without a word", () => {
    const asks = fc.record(
      {
        rewrite: fc.constant("/x"),
        timeoutSeconds: fc.constant(5),
        maxBody: fc.constant("1Mi"),
        rateLimit: fc.constant({ connections: 1 }),
        cors: fc.constant<Cors>({ origins: ["*"] }),
      },
      { requiredKeys: [] },
    );
    const marks: Record<string, RegExp> = {
      rewrite: /"rewrite":"\/x"|rewrite-target/,
      timeoutSeconds: /"timeout":"5s"|proxy-read-timeout/,
      maxBody: /proxy-body-size/,
      rateLimit: /"rateLimit"/,
      cors: /"cors"|enable-cors/,
    };
    const ways = fc.constantFrom<Record<string, unknown>>(
      { gateway },
      { ingress: nginx },
      { ingress: { ...nginx, className: "traefik" } },
    );
    fc.assert(
      fc.property(asks, ways, fc.constantFrom("http", "rpc"), (asked, way, port) => {
        let plan: Plan;
        try {
          plan = planIn(shop({ port, ...asked }), way);
        } catch (error) {
          assert.ok(error instanceof FlotillaError, String(error));
          assert.ok(Object.keys(asked).some((key) => error.message.includes(`\`${key}\``)));
          return;
        }
        const values = JSON.stringify(valuesOf(plan, "web"));
        for (const key of Object.keys(asked))
          assert.ok(marks[key]?.test(values) || plan.warnings.join().includes(`\`${key}\``), key);
      }),
      { numRuns: 60 },
    );
  });
});

describe("a cluster", () => {
  const plan = planIn(shop({ port: "http" }), { gateway });
  const check = (answer: object, way: Record<string, unknown> = { gateway }) =>
    checkWaysIn(async () => answer as never, plan, settingsOf(way).settings);
  const live = (...listeners: object[]) => ({ object: { metadata: {}, spec: { listeners } } });
  const open = { allowedRoutes: { namespaces: { from: "All" } } };

  it("must have the gateway, its listener, and let routes of the namespace in", async () => {
    await check(live({ name: "https", ...open }));
    await check({ unread: "no permission to read it" });
    await assert.rejects(check({ missing: true, unserved: true }), /does not serve the Gateway API/);
    await assert.rejects(check({ missing: true }), /the cluster has no Gateway public in namespace gateways/);
    await assert.rejects(check(live({ name: "http", ...open })), /has no listener https/);
    await assert.rejects(check(live({ name: "https" })), /does not accept routes from other namespaces/);
    const own = { gateway: { ...gateway, namespace: "shop-dev" } };
    await check(live({ name: "https" }), own);
    const any = { gateway: { ...gateway, section: undefined } };
    await check(live({ name: "a" }, { name: "b", ...open }), any);
    await assert.rejects(check(live({ name: "a" }), any), /no listener of .* accepts routes/);
    const named = { gateway: { ...gateway, hosts: { api: { host: "api.example.com", section: "api" } } } };
    await assert.rejects(
      check(live({ name: "https", ...open }), named),
      /hosts\.api\.section.*no listener api/s,
    );
  });

  it("must have the class of an ingress, if the stack names one", async () => {
    await check({ object: {} }, { ingress: nginx });
    await check({ missing: true }, { ingress: { host: "shop.example.com" } });
    await assert.rejects(
      check({ missing: true }, { ingress: nginx }),
      /the cluster has no IngressClass nginx/,
    );
  });

  it("is not asked if nothing is public", async () => {
    const none = planIn(shop(undefined), { gateway });
    await checkWaysIn(() => assert.fail("asked"), none, settingsOf({ gateway }).settings);
  });
});
