/** Service, Ingress, routes, and their tests. */
import assert from "node:assert/strict";
import { type KubernetesObject, ofKind } from "../render";
import { BOTH, containerOf, type Feature, HTTP, LET_IN, namesOf, workloadOf } from "./feature";

export const TRAFFIC_FEATURES: Feature[] = [
  {
    name: "labels the Service",
    values: { ports: HTTP, service: { labels: { "example.com/scrape": "true" } } },
    expect: (objects) => {
      const { labels } = ofKind(objects, "Service").metadata;
      assert.equal(labels["example.com/scrape"], "true");
      assert.equal(labels["app.kubernetes.io/managed-by"], "Helm");
      assert.equal(workloadOf(objects).metadata.labels["example.com/scrape"], undefined);
    },
  },
  {
    name: "has no test if there is nothing to connect to",
    values: { ports: { gossip: { container: 7946, protocol: "UDP" } } },
    expect: (objects) => {
      assert.ok(ofKind(objects, "Service"));
      assert.equal(ofKind(objects, "Pod"), undefined);
      assert.equal(objects.filter(({ kind }) => kind === "NetworkPolicy").length, 1);
    },
  },
  {
    name: "is headless for clients that balance load themselves, on the pods' own ports",
    values: { ports: HTTP, service: { headless: true } },
    expect: (objects) => {
      const { spec } = ofKind(objects, "Service");
      assert.equal(spec.clusterIP, "None");
      assert.equal(spec.ports[0].port, 8080, "nothing maps 80 to it");
      assert.deepEqual(ofKind(objects, "Pod").spec.containers[0].args, ["web", "8080"]);
    },
  },
  {
    name: "has one port number for two protocols",
    values: {
      ports: {
        dns: { container: 5353, service: 53, protocol: "UDP" },
        "dns-tcp": { container: 5353, service: 53 },
        signals: { container: 2905, protocol: "SCTP", appProtocol: "example.com/m3ua" },
      },
      networkPolicy: { ingress: { web: { pods: { app: "web" }, ports: ["5353/UDP", 5353] } } },
    },
    expect: (objects) => {
      const numbers = (list: KubernetesObject[], key: string) =>
        list.map(({ protocol, [key]: number }) => `${number}/${protocol}`);
      assert.deepEqual(numbers(ofKind(objects, "Service").spec.ports, "port"), [
        "53/UDP",
        "53/TCP",
        "2905/SCTP",
      ]);
      assert.deepEqual(numbers(containerOf(objects).ports, "containerPort"), [
        "5353/UDP",
        "5353/TCP",
        "2905/SCTP",
      ]);
      assert.deepEqual(ofKind(objects, "NetworkPolicy").spec.ingress[0].ports, [
        { port: 5353, protocol: "UDP" },
        { port: 5353, protocol: "TCP" },
      ]);
      assert.deepEqual(namesOf(ofKind(objects, "Pod").spec.containers), ["test-dns-tcp"]);
    },
  },
  {
    name: "keeps a client on one pod",
    values: { ports: HTTP, service: { sessionAffinity: "ClientIP", sessionAffinitySeconds: 600 } },
    expect: (objects) => {
      const { spec } = ofKind(objects, "Service");
      assert.equal(spec.sessionAffinity, "ClientIP");
      assert.deepEqual(spec.sessionAffinityConfig, { clientIP: { timeoutSeconds: 600 } });
    },
  },
  {
    name: "has a load balancer",
    values: {
      ports: HTTP,
      service: {
        type: "LoadBalancer",
        annotations: { "example.com/internal": "true" },
        loadBalancerClass: "example.com/nlb",
        loadBalancerSourceRanges: ["10.0.0.0/8"],
        externalTrafficPolicy: "Local",
      },
    },
    expect: (objects) => {
      const { metadata, spec } = ofKind(objects, "Service");
      assert.deepEqual(metadata.annotations, { "example.com/internal": "true" });
      assert.equal(spec.type, "LoadBalancer");
      assert.equal(spec.loadBalancerClass, "example.com/nlb");
      assert.deepEqual(spec.loadBalancerSourceRanges, ["10.0.0.0/8"]);
      assert.equal(spec.externalTrafficPolicy, "Local");
    },
  },
  {
    name: "has a NodePort if it is allowed explicitly",
    values: {
      ports: { http: { container: 80, nodePort: 30080 } },
      service: { type: "NodePort", allowNodePort: true },
    },
    expect: (objects) => assert.equal(ofKind(objects, "Service").spec.ports[0].nodePort, 30080),
  },
  {
    name: "is reached over plain HTTP",
    values: {
      ...LET_IN,
      ports: HTTP,
      ingress: { hosts: { shop: { host: "shop.example.com", port: "http" } } },
    },
    expect: (objects) => {
      const { metadata, spec } = ofKind(objects, "Ingress");
      assert.equal(metadata.annotations, undefined);
      assert.equal(spec.tls, undefined);
      assert.deepEqual(spec.rules, [
        {
          host: "shop.example.com",
          http: {
            paths: [
              {
                path: "/",
                pathType: "Prefix",
                backend: { service: { name: "web", port: { name: "http" } } },
              },
            ],
          },
        },
      ]);
    },
  },
  {
    name: "is reached over TLS with a cert-manager certificate, with rate limits",
    values: {
      ...LET_IN,
      ports: HTTP,
      ingress: {
        className: "nginx",
        hosts: {
          a: { host: "shop.example.com", path: "/a", port: "http" },
          b: { host: "shop.example.com", path: "/b", pathType: "Exact", port: "http" },
        },
        annotations: { "nginx.ingress.kubernetes.io/limit-connections": "7" },
        tls: { clusterIssuer: "letsencrypt" },
        rateLimit: { requestsPerSecond: 20, connections: 10 },
      },
    },
    expect: (objects) => {
      const { metadata, spec } = ofKind(objects, "Ingress");
      assert.equal(spec.ingressClassName, "nginx");
      assert.deepEqual(spec.tls, [{ hosts: ["shop.example.com"], secretName: "web-tls" }]);
      assert.deepEqual(metadata.annotations, {
        "cert-manager.io/cluster-issuer": "letsencrypt",
        "nginx.ingress.kubernetes.io/limit-connections": "7",
        "nginx.ingress.kubernetes.io/limit-rps": "20",
      });
      assert.deepEqual(
        spec.rules.map(({ http }: KubernetesObject) => [http.paths[0].path, http.paths[0].pathType]),
        [
          ["/a", "Prefix"],
          ["/b", "Exact"],
        ],
      );
    },
  },
  {
    name: "is reached through the Gateway API",
    values: {
      ...LET_IN,
      ports: BOTH,
      httpRoutes: {
        public: {
          gateway: { name: "public", namespace: "gateways", section: "https" },
          hostnames: ["shop.example.com"],
          port: "http",
          path: "/v2",
          timeout: "10s",
        },
      },
      grpcRoutes: {
        partners: { gateway: { name: "partners" }, port: "rpc", service: "shop.v1.Cart", method: "Add" },
      },
    },
    expect: (objects) => {
      const route = ofKind(objects, "HTTPRoute");
      assert.equal(route.metadata.name, "web-public");
      assert.deepEqual(route.spec.parentRefs, [
        { name: "public", namespace: "gateways", sectionName: "https" },
      ]);
      assert.deepEqual(route.spec.rules, [
        {
          matches: [{ path: { type: "PathPrefix", value: "/v2" } }],
          timeouts: { request: "10s" },
          backendRefs: [{ name: "web", port: 80 }],
        },
      ]);
      assert.deepEqual(ofKind(objects, "GRPCRoute").spec.rules, [
        {
          matches: [{ method: { type: "Exact", service: "shop.v1.Cart", method: "Add" } }],
          backendRefs: [{ name: "web", port: 9000 }],
        },
      ]);
    },
  },
  {
    name: "has routes that rewrite, redirect, and allow other sites",
    values: {
      ...LET_IN,
      ports: HTTP,
      httpRoutes: {
        api: {
          gateway: { name: "public" },
          hostnames: ["*.example.com"],
          port: "http",
          path: "/v1",
          rewrite: "/",
          cors: {
            origins: ["https://shop.example.com"],
            methods: ["GET"],
            headers: ["X-Request-Id"],
            exposeHeaders: ["ETag"],
            credentials: true,
            maxAgeSeconds: 60,
          },
        },
        exact: { gateway: { name: "public" }, port: "http", path: "/a", pathType: "Exact", rewrite: "/b" },
        old: {
          gateway: { name: "public" },
          port: "http",
          path: "/old",
          redirect: { scheme: "https", host: "new.example.com", path: "/new", statusCode: 301 },
        },
      },
    },
    expect: (objects) => {
      const [api, exact, old] = objects.filter(({ kind }) => kind === "HTTPRoute");
      assert.deepEqual(api?.spec.hostnames, ["*.example.com"]);
      assert.deepEqual(api?.spec.rules[0].filters, [
        {
          type: "CORS",
          cors: {
            allowOrigins: ["https://shop.example.com"],
            allowMethods: ["GET"],
            allowHeaders: ["X-Request-Id"],
            exposeHeaders: ["ETag"],
            allowCredentials: true,
            maxAge: 60,
          },
        },
        {
          type: "URLRewrite",
          urlRewrite: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } },
        },
      ]);
      assert.deepEqual(exact?.spec.rules[0].filters, [
        { type: "URLRewrite", urlRewrite: { path: { type: "ReplaceFullPath", replaceFullPath: "/b" } } },
      ]);
      assert.deepEqual(old?.spec.rules, [
        {
          matches: [{ path: { type: "PathPrefix", value: "/old" } }],
          filters: [
            {
              type: "RequestRedirect",
              requestRedirect: {
                scheme: "https",
                hostname: "new.example.com",
                path: { type: "ReplaceFullPath", replaceFullPath: "/new" },
                statusCode: 301,
              },
            },
          ],
        },
      ]);
    },
  },
  {
    name: "has several Ingresses, each with its annotations and TLS",
    values: {
      ...LET_IN,
      ports: HTTP,
      ingress: { hosts: { a: { host: "a.example.com", port: "http" } } },
      ingresses: {
        api: {
          className: "nginx",
          hosts: {
            b: {
              host: "*.b.example.com",
              path: "/v1(/|$)(.*)",
              pathType: "ImplementationSpecific",
              port: "http",
            },
          },
          annotations: { "nginx.ingress.kubernetes.io/use-regex": "true" },
          tls: { clusterIssuer: "letsencrypt" },
          rateLimit: { connections: 5 },
        },
      },
    },
    expect: (objects) => {
      const [api, main] = objects
        .filter(({ kind }) => kind === "Ingress")
        .sort((a, b) => b.metadata.name.length - a.metadata.name.length);
      assert.deepEqual([api?.metadata.name, main?.metadata.name], ["web-api", "web"]);
      assert.deepEqual(api?.spec.tls, [{ hosts: ["*.b.example.com"], secretName: "web-api-tls" }]);
      assert.deepEqual(api?.metadata.annotations, {
        "cert-manager.io/cluster-issuer": "letsencrypt",
        "nginx.ingress.kubernetes.io/limit-connections": "5",
        "nginx.ingress.kubernetes.io/use-regex": "true",
      });
      assert.equal(main?.spec.tls, undefined);
      assert.equal(main?.metadata.annotations, undefined);
    },
  },
  {
    name: "is tested with the request of its readiness probe, or else a connection to the port",
    values: {
      ports: { ...BOTH, gossip: { container: 1, protocol: "UDP" } },
      probes: { readiness: { http: { path: "/ready", port: "http", headers: { Host: "a.b" } } } },
    },
    expect: (objects) => {
      const pod = ofKind(objects, "Pod");
      assert.equal(pod.metadata.annotations["helm.sh/hook"], "test");
      const [http, rpc] = pod.spec.containers;
      assert.equal(pod.spec.containers.length, 2);
      assert.deepEqual(http.args, ["--header=Host: a.b", "http://web:80/ready"]);
      assert.deepEqual(rpc.args, ["web", "9000"]);
      const selector = ofKind(objects, "Service").spec.selector;
      const isSelected = Object.entries(selector).every(([key, value]) => pod.metadata.labels[key] === value);
      assert.ok(!isSelected, "the Service must not send requests to the test");
      const letIn = ofKind(objects, "NetworkPolicy").spec.ingress.flatMap(
        ({ from }: KubernetesObject) => from,
      );
      assert.ok(
        letIn.some(
          ({ podSelector }: KubernetesObject) =>
            podSelector.matchLabels["app.kubernetes.io/name"] === "web-helm-test",
        ),
      );
    },
  },
];
