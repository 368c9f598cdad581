/** Service, Ingress, routes, and their tests. */
import assert from "node:assert/strict";
import { type KubernetesObject, ofKind } from "../render";
import { BOTH, type Feature, HTTP, LET_IN, workloadOf } from "./feature";

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
