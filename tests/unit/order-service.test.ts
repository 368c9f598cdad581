/** The plan of order-service against the facts of its document (tests/fixtures/order-service.json). */
import assert from "node:assert/strict";
import { planned } from "../environments";
import facts from "../fixtures/order-service.json";
import { ownEnv, valuesOf } from "../support";

const [fact] = facts.services;
const { plan } = planned("order-service", "prod");
const values = valuesOf(plan, "order-service");

describe("order-service agrees with its document", () => {
  it("has its image, ports and resources", () => {
    assert.deepEqual(values.image, {
      repository: fact?.image.repository,
      tag: fact?.image.newest_tag_in_repo,
    });
    assert.deepEqual(values.ports, { http: { container: 3000, service: 80, appProtocol: "http" } });
    assert.deepEqual(values.resources, fact?.resources.manifest);
  });

  it("has the outgoing and incoming calls of the document", () => {
    const expected = fact?.calls.map(({ to, port }) => `order-service -> ${to} ${port}`) ?? [];
    const edges = plan.edges.map(({ from, to, targetPort }) => `${from} -> ${to} ${targetPort}`);
    assert.deepEqual(edges.sort(), [...expected, "api-gateway -> order-service 3000"].sort());
    assert.deepEqual(Object.keys(plan.entries), ["order-service"]);
  });

  it("gets every required variable, those with a password from a Secret", () => {
    const set = Object.keys(ownEnv(values));
    const read = fact?.env.map(({ name }) => name) ?? [];
    // The document connects to redis without a password, and calls two services without their addresses. Its permission
    // to read the configuration again has no program; this one does that, and must know what to read.
    const added = ["REDIS_PASSWORD", "PAYMENT_URL", "INVENTORY_URL", "CONFIG_MAP"];
    assert.deepEqual(set.filter((name) => !read.includes(name)).sort(), [...added].sort());
    for (const { name, required } of fact?.env ?? [])
      if (required === true) assert.ok(set.includes(name), name);
    assert.equal(values.env?.KAFKA_BROKERS, "kafka.microservices.svc.cluster.local:9092");
    assert.equal(values.env?.PAYMENT_URL, "http://payment-service.microservices.svc.cluster.local/");
    assert.deepEqual(plan.secrets["order-service-env"]?.keys.DATABASE_URL, [
      "postgresql://orders:",
      { credential: "order-db-orders", encoding: "uri" },
      "@order-db.microservices.svc.cluster.local:5432/orders",
    ]);
    assert.deepEqual(plan.credentials["order-db-orders"], { source: "stack" });
  });

  it("has the probes, scaling, budget and shutdown of the document", () => {
    const { readinessProbe, livenessProbe } = fact?.probes ?? {};
    const { readiness, liveness } = values.probes ?? {};
    assert.equal(readiness?.http?.path, readinessProbe?.httpGet.path);
    assert.equal(liveness?.http?.path, livenessProbe?.httpGet.path);
    for (const key of ["periodSeconds", "timeoutSeconds", "failureThreshold"] as const) {
      assert.equal(readiness?.[key], readinessProbe?.[key], key);
      assert.equal(liveness?.[key], livenessProbe?.[key], key);
    }
    const { hpa, pdb } = fact?.scaling ?? {};
    const { autoscaling, podDisruptionBudget } = values;
    assert.equal(autoscaling?.minReplicas, hpa?.minReplicas);
    assert.equal(autoscaling?.maxReplicas, hpa?.maxReplicas);
    assert.deepEqual([autoscaling?.cpu, autoscaling?.memory], [70, 80]);
    assert.deepEqual(autoscaling?.metrics, {
      http_requests_per_second: { type: "Pods", averageValue: "1000" },
    });
    assert.deepEqual(autoscaling?.behavior, {
      scaleUp: { percent: 100, pods: 4, periodSeconds: 15, stabilizationWindowSeconds: 0 },
      scaleDown: { percent: 10, periodSeconds: 60, stabilizationWindowSeconds: 300 },
    });
    assert.deepEqual(podDisruptionBudget, pdb);
    assert.equal(values.lifecycle?.preStop?.sleep, 10);
    assert.equal(values.terminationGracePeriodSeconds, 90);
  });

  it("has its Ingress with TLS and rate limits", () => {
    const { "limit-rps": requestsPerSecond, "limit-connections": connections } =
      fact?.objects.ingress_rate_limit ?? {};
    assert.deepEqual(values.ingress?.rateLimit, { requestsPerSecond, connections });
    assert.equal(values.ingress?.hosts?.public?.path, "/orders");
    assert.ok(values.ingress?.tls?.secret);
    assert.equal(values.ingress?.annotations?.["nginx.ingress.kubernetes.io/proxy-body-size"], "10m");
  });

  it("fixes mistakes in the document: redis in the policy, existing labels, a Role for one object, a high user ID", () => {
    const egress = values.networkPolicy?.egress ?? {};
    assert.deepEqual(egress.redis, { pods: { "app.kubernetes.io/instance": "redis" }, ports: [6379] });
    assert.equal(egress.kafka?.namespace, "microservices");
    assert.equal(egress["payment-service"]?.ports?.[0], 3000);
    // The document's program reads every ConfigMap and its Secret. This one needs no more than its own configuration.
    const own = {
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: ["order-service-files"],
      verbs: ["get"],
    };
    assert.deepEqual(values.rbac, { configuration: own });
    assert.deepEqual(egress.kubernetes_api?.ports, [443, 6443, 8443, 16443]);
    const [key] = Object.keys(values.config?.files ?? {});
    assert.equal(values.env?.CONFIG_MAP, `order-service-files/${key}`);
    assert.ok((values.user?.uid ?? 0) >= 10000);
    const file = Object.values(values.config?.files ?? {})[0];
    assert.equal(JSON.parse(file?.content ?? "{}").limits.maxOrderItems, 50);
  });

  it("runs without the externals: stand-ins have their own passwords", () => {
    const { plan: local } = planned("order-service", "local");
    const standIns = Object.entries(local.outputs.services).filter(([, { standIn }]) => standIn);
    assert.deepEqual(standIns.map(([name]) => name).sort(), [
      "inventory-service",
      "kafka",
      "order-db",
      "payment-service",
    ]);
    assert.equal(local.credentials["order-db-orders"]?.source, "generated");
    const database = valuesOf(local, "order-db");
    assert.deepEqual(database.env?.POSTGRES_PASSWORD, { secret: "order-db-env", key: "POSTGRES_PASSWORD" });
    assert.deepEqual(local.secrets["order-service-env"]?.keys.DATABASE_URL?.[2], "@order-db:5432/orders");
    // A database without persistent data is not replicated.
    assert.equal(
      planned("order-service", "local", { replicas: 3 }).plan.releases["order-db"]?.values.replicas,
      1,
    );
    // Autoscalers need an environment with metrics.
    const service = valuesOf(local, "order-service");
    assert.equal(service.autoscaling, undefined);
    assert.equal(service.replicas, 1);
  });
});
