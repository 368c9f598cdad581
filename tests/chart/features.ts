/** Every feature of the shared chart: values, and what they make. The end-to-end suite asks the API server of each. */
import assert from "node:assert/strict";
import type { MicroserviceValues } from "../../plan/microservice-values";
import { type KubernetesObject, ofKind } from "./render";

export interface Feature {
  name: string;
  values: Omit<MicroserviceValues, "image"> & Partial<Pick<MicroserviceValues, "image">>;
  expect: (objects: KubernetesObject[]) => void;
}

export const IMAGE = { repository: "example.com/web", tag: "1.0.0" };
const RESOURCES = {
  requests: { cpu: "10m", memory: "16Mi", "ephemeral-storage": "1Mi" },
  limits: { cpu: "20m", memory: "32Mi", "ephemeral-storage": "2Mi" },
};
const HTTP = { http: { container: 8080, service: 80, appProtocol: "http" } };
const BOTH = { ...HTTP, rpc: { container: 9000, appProtocol: "kubernetes.io/h2c" } };

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];
export const workloadOf = (objects: KubernetesObject[]): KubernetesObject =>
  objects.find(({ kind }) => WORKLOADS.includes(kind));
export const podOf = (objects: KubernetesObject[]): KubernetesObject => {
  const { spec } = workloadOf(objects);
  return (spec.jobTemplate?.spec ?? spec).template;
};
const containerOf = (objects: KubernetesObject[]): KubernetesObject => podOf(objects).spec.containers[0];
const envOf = (objects: KubernetesObject[]) => containerOf(objects).env;
const namesOf = (list: { name: string }[] | undefined) => (list ?? []).map(({ name }) => name);
const annotationsOf = (object: KubernetesObject) => object.metadata.annotations;

const probe = (name: string, given: object, expected: object): Feature => ({
  name: `probes by ${name}`,
  values: { ports: BOTH, probes: { readiness: { ...given, periodSeconds: 7 } } },
  expect: (objects) => {
    assert.deepEqual(containerOf(objects).readinessProbe, { ...expected, periodSeconds: 7 });
    assert.equal(containerOf(objects).livenessProbe, undefined, "liveness is never made up");
  },
});

const volume = (name: string, given: object, expected: object): Feature => ({
  name: `mounts a volume from ${name}`,
  values: { volumes: { it: given }, mounts: { it: { path: "/it", readOnly: true } } },
  expect: (objects) => {
    assert.deepEqual(podOf(objects).spec.volumes, [{ name: "it", ...expected }]);
    assert.deepEqual(containerOf(objects).volumeMounts, [{ name: "it", mountPath: "/it", readOnly: true }]);
  },
});

const WORKLOAD_FEATURES: Feature[] = [
  {
    name: "makes the least from an image alone, safe and closed",
    values: {},
    expect: (objects) => {
      assert.deepEqual(objects.map(({ kind }) => kind).sort(), [
        "Deployment",
        "NetworkPolicy",
        "ServiceAccount",
      ]);
      const { spec } = workloadOf(objects);
      assert.deepEqual(spec.strategy, {
        type: "RollingUpdate",
        rollingUpdate: { maxSurge: 1, maxUnavailable: 0 },
      });
      assert.equal(spec.replicas, 1);
      assert.equal(spec.revisionHistoryLimit, 3);
      assert.equal(spec.minReadySeconds, 5);
      assert.equal(spec.progressDeadlineSeconds, 600);
      assert.equal(podOf(objects).spec.automountServiceAccountToken, false);
      const policy = ofKind(objects, "NetworkPolicy").spec;
      assert.deepEqual(policy.policyTypes, ["Ingress", "Egress"]);
      assert.deepEqual(policy.ingress, [], "nobody may connect");
      assert.deepEqual(policy.egress[0].ports, [
        { port: 53, protocol: "UDP" },
        { port: 53, protocol: "TCP" },
      ]);
      assert.equal(policy.egress.length, 1, "only DNS");
    },
  },
  {
    name: "rolls as it is told",
    values: {
      rollout: {
        maxSurge: "25%",
        maxUnavailable: 1,
        minReadySeconds: 30,
        progressDeadlineSeconds: 900,
        revisionHistoryLimit: 1,
      },
    },
    expect: (objects) => {
      const { spec } = workloadOf(objects);
      assert.deepEqual(spec.strategy.rollingUpdate, { maxSurge: "25%", maxUnavailable: 1 });
      assert.equal(spec.minReadySeconds, 30);
      assert.equal(spec.progressDeadlineSeconds, 900);
      assert.equal(spec.revisionHistoryLimit, 1);
    },
  },
  {
    name: "replaces all pods at once by Recreate",
    values: { rollout: { strategy: "Recreate" } },
    expect: (objects) => assert.deepEqual(workloadOf(objects).spec.strategy, { type: "Recreate" }),
  },
  {
    name: "runs a StatefulSet with claims that outlive it, and hosts for its pods",
    values: {
      workload: "StatefulSet",
      replicas: 3,
      ports: HTTP,
      rollout: { partition: 1 },
      statefulSet: {
        podManagementPolicy: "Parallel",
        claims: { data: { size: "8Gi", storageClass: "fast" } },
      },
      mounts: { data: "/data" },
    },
    expect: (objects) => {
      const { spec } = ofKind(objects, "StatefulSet");
      assert.equal(spec.serviceName, "web-headless");
      assert.equal(spec.podManagementPolicy, "Parallel");
      assert.deepEqual(spec.updateStrategy, { type: "RollingUpdate", rollingUpdate: { partition: 1 } });
      assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, {
        whenDeleted: "Retain",
        whenScaled: "Retain",
      });
      const [claim] = spec.volumeClaimTemplates;
      assert.equal(claim.metadata.name, "data");
      assert.deepEqual(claim.spec.accessModes, ["ReadWriteOnce"]);
      assert.equal(claim.spec.storageClassName, "fast");
      assert.deepEqual(claim.spec.resources, { requests: { storage: "8Gi" } });
      assert.deepEqual(containerOf(objects).volumeMounts, [{ name: "data", mountPath: "/data" }]);
      const services = objects
        .filter(({ kind }) => kind === "Service")
        .map(({ metadata, spec }) => [metadata.name, spec.clusterIP]);
      assert.deepEqual(services.sort(), [
        ["web", undefined],
        ["web-headless", "None"],
      ]);
    },
  },
  {
    name: "runs a DaemonSet, a pod on each node",
    values: { workload: "DaemonSet", tolerations: { all: { operator: "Exists" } } },
    expect: (objects) => {
      const { spec } = ofKind(objects, "DaemonSet");
      assert.equal(spec.replicas, undefined);
      assert.deepEqual(spec.updateStrategy.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
      assert.deepEqual(spec.template.spec.tolerations, [{ operator: "Exists" }]);
      assert.equal(spec.template.spec.affinity, undefined);
      assert.equal(spec.template.spec.topologySpreadConstraints, undefined);
    },
  },
  {
    name: "runs a Job, under a name that changes with what it runs",
    values: {
      workload: "Job",
      job: { backoffLimit: 1, activeDeadlineSeconds: 60, restartPolicy: "OnFailure" },
    },
    expect: (objects) => {
      const { metadata, spec } = ofKind(objects, "Job");
      assert.match(metadata.name, /^web-[0-9a-f]{8}$/);
      assert.equal(spec.backoffLimit, 1);
      assert.equal(spec.activeDeadlineSeconds, 60);
      assert.equal(spec.template.spec.restartPolicy, "OnFailure");
      assert.equal(spec.selector, undefined);
    },
  },
  {
    name: "runs a CronJob",
    values: {
      workload: "CronJob",
      cronJob: { schedule: "*/5 * * * *", timeZone: "Europe/Rome", suspend: true },
    },
    expect: (objects) => {
      const { spec } = ofKind(objects, "CronJob");
      assert.equal(spec.schedule, "*/5 * * * *");
      assert.equal(spec.timeZone, "Europe/Rome");
      assert.equal(spec.concurrencyPolicy, "Forbid");
      assert.equal(spec.startingDeadlineSeconds, 300);
      assert.equal(spec.suspend, true);
      assert.equal(spec.jobTemplate.spec.template.spec.restartPolicy, "Never");
    },
  },
];

const CONTAINER_FEATURES: Feature[] = [
  {
    name: "keeps a numeric tag a string",
    values: { image: { ...IMAGE, tag: "1.10" } },
    expect: (objects) => {
      assert.equal(containerOf(objects).image, "example.com/web:1.10");
      assert.equal(workloadOf(objects).metadata.labels["app.kubernetes.io/version"], "1.10");
    },
  },
  {
    name: "takes a digest before a tag",
    values: { image: { ...IMAGE, digest: `sha256:${"ab".repeat(32)}` }, imagePullSecrets: ["registry"] },
    expect: (objects) => {
      assert.equal(containerOf(objects).image, `example.com/web@sha256:${"ab".repeat(32)}`);
      assert.equal(podOf(objects).metadata.labels["app.kubernetes.io/version"], "abababababab");
      assert.deepEqual(podOf(objects).spec.imagePullSecrets, [{ name: "registry" }]);
    },
  },
  {
    name: "replaces entrypoint and arguments",
    values: { command: ["/bin/a"], args: ["--b", "c: d"] },
    expect: (objects) => {
      assert.deepEqual(containerOf(objects).command, ["/bin/a"]);
      assert.deepEqual(containerOf(objects).args, ["--b", "c: d"]);
    },
  },
  {
    name: "sets variables from text, Secrets, ConfigMaps, fields and resources, in a stable order",
    values: {
      env: {
        B: "2",
        A: "yes",
        NUMBER: "010",
        CONFIG: { configMap: "shared", key: "a.b", optional: true },
        SECRET: { secret: "web-env", key: "SECRET" },
        POD: { field: "metadata.name" },
        MEMORY: { resource: "limits.memory", divisor: "1Mi" },
      },
    },
    expect: (objects) =>
      assert.deepEqual(envOf(objects), [
        { name: "A", value: "yes" },
        { name: "B", value: "2" },
        { name: "CONFIG", valueFrom: { configMapKeyRef: { name: "shared", key: "a.b", optional: true } } },
        { name: "MEMORY", valueFrom: { resourceFieldRef: { resource: "limits.memory", divisor: "1Mi" } } },
        { name: "NUMBER", value: "010" },
        { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "SECRET", valueFrom: { secretKeyRef: { name: "web-env", key: "SECRET" } } },
      ]),
  },
  {
    name: "puts variables that ask for others behind them, as Kubernetes fills in only what came before",
    values: { env: { A_URL: "http://$(POD)", POD: { field: "metadata.name" } } },
    expect: (objects) => assert.deepEqual(namesOf(envOf(objects)), ["POD", "A_URL"]),
  },
  {
    name: "takes whole Secrets and ConfigMaps as variables",
    values: { envFrom: { b: { secret: "vault", prefix: "V_" }, a: { configMap: "shared", optional: true } } },
    expect: (objects) =>
      assert.deepEqual(containerOf(objects).envFrom, [
        { configMapRef: { name: "shared", optional: true } },
        { secretRef: { name: "vault" }, prefix: "V_" },
      ]),
  },
  {
    name: "listens on several ports, UDP among them, and exposes those it is told to",
    values: {
      ports: {
        ...BOTH,
        gossip: { container: 7946, protocol: "UDP" },
        admin: { container: 9090, expose: false },
      },
    },
    expect: (objects) => {
      assert.deepEqual(ofKind(objects, "Service").spec.ports, [
        { name: "gossip", port: 7946, targetPort: "gossip", protocol: "UDP" },
        { name: "http", port: 80, targetPort: "http", protocol: "TCP", appProtocol: "http" },
        { name: "rpc", port: 9000, targetPort: "rpc", protocol: "TCP", appProtocol: "kubernetes.io/h2c" },
      ]);
      assert.deepEqual(
        containerOf(objects).ports.map(({ containerPort }: { containerPort: number }) => containerPort),
        [9090, 7946, 8080, 9000],
      );
    },
  },
  probe(
    "http, with headers",
    { http: { path: "/health", port: "http", scheme: "HTTPS", headers: { Cookie: "a=b" } } },
    {
      httpGet: {
        path: "/health",
        port: "http",
        scheme: "HTTPS",
        httpHeaders: [{ name: "Cookie", value: "a=b" }],
      },
    },
  ),
  probe(
    "grpc",
    { grpc: { port: "rpc", service: "shop.Cart" } },
    { grpc: { port: 9000, service: "shop.Cart" } },
  ),
  probe("tcp", { tcp: { port: "http" } }, { tcpSocket: { port: "http" } }),
  probe("exec", { exec: { command: ["true"] } }, { exec: { command: ["true"] } }),
  {
    name: "asks startup, readiness and liveness each its own way",
    values: {
      ports: HTTP,
      probes: {
        startup: { http: { path: "/live", port: "http" }, failureThreshold: 30, timeoutSeconds: 2 },
        readiness: { http: { path: "/ready", port: "http" }, successThreshold: 2, initialDelaySeconds: 3 },
        liveness: { tcp: { port: "http" }, periodSeconds: 20 },
      },
    },
    expect: (objects) => {
      const container = containerOf(objects);
      assert.deepEqual(container.startupProbe, {
        httpGet: { path: "/live", port: "http" },
        failureThreshold: 30,
        timeoutSeconds: 2,
      });
      assert.equal(container.readinessProbe.successThreshold, 2);
      assert.deepEqual(container.livenessProbe, { tcpSocket: { port: "http" }, periodSeconds: 20 });
    },
  },
  {
    name: "sleeps before SIGTERM where there are clients, without a shell",
    values: {
      ports: HTTP,
      lifecycle: { preStop: { sleep: 12 }, postStart: { exec: ["/warm-up"] } },
      terminationGracePeriodSeconds: 45,
    },
    expect: (objects) => {
      assert.deepEqual(containerOf(objects).lifecycle, {
        preStop: { sleep: { seconds: 12 } },
        postStart: { exec: { command: ["/warm-up"] } },
      });
      assert.equal(podOf(objects).spec.terminationGracePeriodSeconds, 45);
    },
  },
  {
    name: "does not sleep where nobody connects, and runs a command instead where it is told to",
    values: { lifecycle: { preStop: { exec: ["/quit"] } } },
    expect: (objects) =>
      assert.deepEqual(containerOf(objects).lifecycle, { preStop: { exec: { command: ["/quit"] } } }),
  },
  {
    name: "asks for resources and is limited",
    values: { resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "2Gi" } } },
    expect: (objects) =>
      assert.deepEqual(containerOf(objects).resources, {
        requests: { cpu: "1", memory: "1Gi", "ephemeral-storage": "64Mi" },
        limits: { cpu: "2", memory: "2Gi", "ephemeral-storage": "1Gi" },
      }),
  },
  {
    name: "writes to the directories it names only",
    values: { writable: { tmp: "/tmp", cache: { path: "/cache", sizeLimit: "64Mi", medium: "Memory" } } },
    expect: (objects) => {
      assert.deepEqual(podOf(objects).spec.volumes, [
        { name: "write-cache", emptyDir: { sizeLimit: "64Mi", medium: "Memory" } },
        { name: "write-tmp", emptyDir: {} },
      ]);
      assert.deepEqual(containerOf(objects).volumeMounts, [
        { name: "write-cache", mountPath: "/cache" },
        { name: "write-tmp", mountPath: "/tmp" },
      ]);
      assert.equal(containerOf(objects).securityContext.readOnlyRootFilesystem, true);
    },
  },
  volume("an emptyDir", { emptyDir: { sizeLimit: "1Gi" } }, { emptyDir: { sizeLimit: "1Gi" } }),
  volume(
    "a ConfigMap",
    { configMap: { name: "shared", items: { a: "b" }, optional: true } },
    { configMap: { name: "shared", items: [{ key: "a", path: "b" }], optional: true } },
  ),
  volume(
    "a Secret",
    { secret: { name: "tls", defaultMode: 288 } },
    { secret: { secretName: "tls", defaultMode: 288 } },
  ),
  volume(
    "a claim",
    { pvc: { name: "archive", readOnly: true } },
    { persistentVolumeClaim: { claimName: "archive", readOnly: true } },
  ),
  volume(
    "the downward API",
    { downwardAPI: { labels: "metadata.labels" } },
    { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }] } },
  ),
  volume(
    "several sources",
    {
      projected: {
        token: { serviceAccountToken: { path: "token", audience: "vault", expirationSeconds: 3600 } },
        key: { secret: { name: "key", items: { k: "p" } } },
      },
    },
    {
      projected: {
        sources: [
          { secret: { name: "key", items: [{ key: "k", path: "p" }] } },
          { serviceAccountToken: { path: "token", audience: "vault", expirationSeconds: 3600 } },
        ],
      },
    },
  ),
  {
    name: "mounts one volume at several places",
    values: {
      volumes: { data: { emptyDir: {} } },
      mounts: { data: "/data", logs: { volume: "data", path: "/logs", subPath: "logs" } },
    },
    expect: (objects) =>
      assert.deepEqual(containerOf(objects).volumeMounts, [
        { name: "data", mountPath: "/data" },
        { name: "data", mountPath: "/logs", subPath: "logs" },
      ]),
  },
];

const MORE_CONTAINERS: Feature[] = [
  {
    name: "runs native sidecars, sidecars and init containers in order, all as restricted as itself",
    values: {
      sidecars: {
        proxy: {
          image: IMAGE,
          resources: RESOURCES,
          ports: { proxy: { container: 15000 } },
          env: { A: "b" },
        },
        logs: { native: false, image: IMAGE, resources: RESOURCES },
      },
      initContainers: {
        b: { order: -1, image: IMAGE, resources: RESOURCES, command: ["/b"] },
        a: { image: IMAGE, resources: RESOURCES },
        c: { order: 10, image: IMAGE, resources: RESOURCES },
      },
      waitFor: { mysql: { host: "mysql", port: 3306 } },
    },
    expect: (objects) => {
      const { initContainers, containers } = podOf(objects).spec;
      assert.deepEqual(namesOf(initContainers), ["proxy", "wait-for-mysql", "b", "a", "c"]);
      assert.deepEqual(namesOf(containers), ["web", "logs"]);
      assert.equal(initContainers[0].restartPolicy, "Always");
      assert.equal(initContainers[1].restartPolicy, undefined);
      for (const { name, securityContext } of [...initContainers, ...containers]) {
        assert.equal(securityContext.readOnlyRootFilesystem, true, name);
        assert.deepEqual(securityContext.capabilities, { drop: ["ALL"] }, name);
      }
    },
  },
  {
    name: "waits until a port answers, or until a name is known",
    values: {
      waitFor: {
        mysql: { host: "mysql", port: 3306 },
        cart: { host: "cart", port: 8080, until: "resolves" },
      },
      waitImage: { repository: "mirror/busybox", tag: "1.36.1" },
    },
    expect: (objects) => {
      const [cart, mysql] = podOf(objects).spec.initContainers;
      assert.equal(mysql.name, "wait-for-mysql");
      assert.equal(mysql.image, "mirror/busybox:1.36.1");
      assert.deepEqual(mysql.env, [
        { name: "HOST", value: "mysql" },
        { name: "PORT", value: "3306" },
      ]);
      assert.match(mysql.args[0], /^until nc -z/);
      assert.match(cart.args[0], /^until ! nc .*bad address/);
    },
  },
  {
    name: "puts configuration into variables and into files, byte by byte",
    values: {
      config: {
        env: { LEVEL: "info", EMPTY: "" },
        files: {
          conf: { path: "/etc/app.conf", content: 'line 1\n  "quoted" {{ not a template }} $uri\n\ttab\n' },
        },
      },
    },
    expect: (objects) => {
      const maps = objects.filter(({ kind }) => kind === "ConfigMap");
      const data = Object.fromEntries(maps.map(({ metadata, data }) => [metadata.name, data]));
      assert.deepEqual(data, {
        "web-env": { LEVEL: "info", EMPTY: "" },
        "web-files": { conf: 'line 1\n  "quoted" {{ not a template }} $uri\n\ttab\n' },
      });
      assert.deepEqual(containerOf(objects).envFrom, [{ configMapRef: { name: "web-env" } }]);
      assert.deepEqual(containerOf(objects).volumeMounts, [
        { name: "files", mountPath: "/etc/app.conf", subPath: "conf", readOnly: true },
      ]);
      assert.match(annotationsOf(podOf(objects))["checksum/config"], /^[0-9a-f]{64}$/);
    },
  },
  {
    name: "takes Secrets from an external store",
    values: {
      externalSecrets: {
        vault: {
          store: { name: "vault", kind: "ClusterSecretStore" },
          keys: { KEY: { key: "a/b", property: "c" } },
        },
        all: { store: { name: "local" }, from: "a/all", refreshInterval: "15m" },
      },
      envFrom: { vault: { secret: "web-vault" } },
    },
    expect: (objects) => {
      const [all, vault] = objects.filter(({ kind }) => kind === "ExternalSecret");
      assert.deepEqual(vault.spec, {
        refreshInterval: "1h",
        secretStoreRef: { name: "vault", kind: "ClusterSecretStore" },
        target: { name: "web-vault" },
        data: [{ secretKey: "KEY", remoteRef: { key: "a/b", property: "c" } }],
      });
      assert.deepEqual(all.spec.dataFrom, [{ extract: { key: "a/all" } }]);
      assert.equal(all.spec.secretStoreRef.kind, "SecretStore");
    },
  },
];

const TRAFFIC_FEATURES: Feature[] = [
  {
    name: "is headless for clients that balance themselves",
    values: { ports: HTTP, service: { headless: true } },
    expect: (objects) => assert.equal(ofKind(objects, "Service").spec.clusterIP, "None"),
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
    name: "has a NodePort when it is asked for knowingly",
    values: {
      ports: { http: { container: 80, nodePort: 30080 } },
      service: { type: "NodePort", allowNodePort: true },
    },
    expect: (objects) => assert.equal(ofKind(objects, "Service").spec.ports[0].nodePort, 30080),
  },
  {
    name: "is reached by plain http",
    values: { ports: HTTP, ingress: { hosts: { shop: { host: "shop.example.com", port: "http" } } } },
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
    name: "is reached over TLS with cert-manager's certificate, within limits",
    values: {
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
    name: "is tested by asking what its readiness asks, or else whether the port is open",
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
            podSelector.matchLabels["app.kubernetes.io/name"] === "web-test",
        ),
      );
    },
  },
];

const SCALING_FEATURES: Feature[] = [
  {
    name: "scales by cpu, memory and its own metrics, fast up and slowly down, and leaves the number alone",
    values: {
      ports: HTTP,
      autoscaling: {
        enabled: true,
        minReplicas: 3,
        maxReplicas: 20,
        memory: 80,
        metrics: {
          http_requests_per_second: { type: "Pods", averageValue: "1000" },
          queue_messages: { type: "External", value: "30", labels: { queue: "a" } },
          requests: {
            type: "Object",
            value: "2k",
            object: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "web" },
          },
        },
      },
    },
    expect: (objects) => {
      assert.equal(workloadOf(objects).spec.replicas, undefined);
      const { spec } = ofKind(objects, "HorizontalPodAutoscaler");
      assert.deepEqual(spec.scaleTargetRef, { apiVersion: "apps/v1", kind: "Deployment", name: "web" });
      assert.deepEqual([spec.minReplicas, spec.maxReplicas], [3, 20]);
      assert.deepEqual(spec.metrics, [
        {
          type: "Resource",
          resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } },
        },
        {
          type: "Resource",
          resource: { name: "memory", target: { type: "Utilization", averageUtilization: 80 } },
        },
        {
          type: "Pods",
          pods: {
            metric: { name: "http_requests_per_second" },
            target: { type: "AverageValue", averageValue: "1000" },
          },
        },
        {
          type: "External",
          external: {
            metric: { name: "queue_messages", selector: { matchLabels: { queue: "a" } } },
            target: { type: "Value", value: "30" },
          },
        },
        {
          type: "Object",
          object: {
            describedObject: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "web" },
            metric: { name: "requests" },
            target: { type: "Value", value: "2k" },
          },
        },
      ]);
      assert.deepEqual(spec.behavior, {
        scaleUp: {
          stabilizationWindowSeconds: 0,
          policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
        },
        scaleDown: {
          stabilizationWindowSeconds: 300,
          policies: [{ type: "Percent", value: 10, periodSeconds: 60 }],
        },
      });
    },
  },
  {
    name: "scales by events through KEDA",
    values: {
      workload: "StatefulSet",
      keda: {
        enabled: true,
        minReplicas: 0,
        maxReplicas: 5,
        triggers: {
          orders: {
            type: "rabbitmq",
            metadata: { queueName: "orders", value: "20" },
            authentication: "rabbitmq",
          },
        },
      },
    },
    expect: (objects) => {
      assert.equal(workloadOf(objects).spec.replicas, undefined);
      const { spec } = ofKind(objects, "ScaledObject");
      assert.equal(spec.scaleTargetRef.kind, "StatefulSet");
      assert.equal(spec.minReplicaCount, 0);
      assert.deepEqual(spec.triggers, [
        {
          name: "orders",
          type: "rabbitmq",
          metadata: { queueName: "orders", value: "20" },
          authenticationRef: { name: "rabbitmq" },
        },
      ]);
      assert.equal(
        spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds,
        300,
      );
    },
  },
  {
    name: "keeps pods while nodes are drained, by default all but one",
    values: { replicas: 3 },
    expect: (objects) => {
      const { spec } = ofKind(objects, "PodDisruptionBudget");
      assert.equal(spec.maxUnavailable, 1);
      assert.equal(spec.minAvailable, undefined);
      assert.equal(spec.unhealthyPodEvictionPolicy, "AlwaysAllow");
    },
  },
  {
    name: "keeps the share of pods it is told",
    values: { replicas: 3, podDisruptionBudget: { minAvailable: "50%" } },
    expect: (objects) => {
      const { spec } = ofKind(objects, "PodDisruptionBudget");
      assert.equal(spec.minAvailable, "50%");
      assert.equal(spec.maxUnavailable, undefined);
    },
  },
  {
    name: "has no budget when told so",
    values: { replicas: 3, podDisruptionBudget: { enabled: false } },
    expect: (objects) => assert.equal(ofKind(objects, "PodDisruptionBudget"), undefined),
  },
  {
    name: "is spread over zones and nodes, and rather not two on one node",
    values: {},
    expect: (objects) => {
      const { topologySpreadConstraints, affinity } = podOf(objects).spec;
      assert.deepEqual(
        topologySpreadConstraints.map(({ topologyKey, whenUnsatisfiable }: KubernetesObject) => [
          topologyKey,
          whenUnsatisfiable,
        ]),
        [
          ["kubernetes.io/hostname", "ScheduleAnyway"],
          ["topology.kubernetes.io/zone", "ScheduleAnyway"],
        ],
      );
      const [term] = affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution;
      assert.equal(term.podAffinityTerm.topologyKey, "kubernetes.io/hostname");
    },
  },
  {
    name: "goes where it is told",
    values: {
      antiAffinity: "required",
      topologySpread: {
        zones: { topologyKey: "topology.kubernetes.io/zone", maxSkew: 2, whenUnsatisfiable: "DoNotSchedule" },
      },
      nodeSelector: { "kubernetes.io/os": "linux" },
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/arch", operator: "In", values: ["arm64"] }] },
          ],
        },
      },
      tolerations: {
        dedicated: {
          key: "dedicated",
          operator: "Equal",
          value: "web",
          effect: "NoExecute",
          tolerationSeconds: 60,
        },
      },
      priorityClassName: "system-cluster-critical",
    },
    expect: (objects) => {
      const { spec } = podOf(objects);
      assert.ok(spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution);
      assert.ok(spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution);
      assert.equal(spec.topologySpreadConstraints[1].maxSkew, 2);
      assert.deepEqual(spec.nodeSelector, { "kubernetes.io/os": "linux" });
      assert.equal(spec.tolerations[0].tolerationSeconds, 60);
      assert.equal(spec.priorityClassName, "system-cluster-critical");
    },
  },
];

const SECURITY_FEATURES: Feature[] = [
  {
    name: "runs as the user it is told, with a number too large for a float's short form",
    values: {
      user: { uid: 1000650000, gid: 1000650000 },
      sysctls: { "net.ipv4.ip_unprivileged_port_start": "0" },
    },
    expect: (objects) => {
      const { securityContext } = podOf(objects).spec;
      assert.equal(securityContext.fsGroup, 1000650000);
      assert.equal(containerOf(objects).securityContext.runAsUser, 1000650000);
      assert.deepEqual(securityContext.seccompProfile, { type: "RuntimeDefault" });
      assert.deepEqual(securityContext.sysctls, [
        { name: "net.ipv4.ip_unprivileged_port_start", value: "0" },
      ]);
    },
  },
  {
    name: "has rules of its own in its namespace, and a token to use them",
    values: {
      serviceAccount: { annotations: { "example.com/role": "web" }, automountToken: true },
      rbac: {
        leases: { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "update"] },
      },
    },
    expect: (objects) => {
      assert.deepEqual(ofKind(objects, "Role").rules, [
        { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "update"] },
      ]);
      assert.deepEqual(ofKind(objects, "RoleBinding").subjects, [
        { kind: "ServiceAccount", name: "web", namespace: "shop" },
      ]);
      assert.equal(podOf(objects).spec.automountServiceAccountToken, true);
      assert.equal(ofKind(objects, "ServiceAccount").automountServiceAccountToken, false);
      assert.ok(!objects.some(({ kind }) => kind.startsWith("Cluster")));
    },
  },
  {
    name: "uses a ServiceAccount that is there",
    values: { serviceAccount: { create: false, name: "shared" } },
    expect: (objects) => {
      assert.equal(ofKind(objects, "ServiceAccount"), undefined);
      assert.equal(podOf(objects).spec.serviceAccountName, "shared");
    },
  },
  {
    name: "lets through what it is told, both ways",
    values: {
      ports: BOTH,
      networkPolicy: {
        ingress: {
          cart: { pods: { app: "cart" }, ports: [8080, "53/UDP"] },
          prometheus: { namespaceLabels: { purpose: "monitoring" }, pods: {} },
          public: { anywhere: true, ports: ["http"] },
        },
        egress: {
          bank: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"], ports: [443] },
          mysql: { namespace: "data", pods: { app: "mysql" }, ports: [3306] },
        },
      },
    },
    expect: (objects) => {
      const { ingress, egress } = ofKind(objects, "NetworkPolicy").spec;
      assert.deepEqual(ingress.slice(0, 3), [
        {
          ports: [
            { port: 8080, protocol: "TCP" },
            { port: 53, protocol: "UDP" },
          ],
          from: [{ podSelector: { matchLabels: { app: "cart" } } }],
        },
        {
          ports: [
            { port: "http", protocol: "TCP" },
            { port: "rpc", protocol: "TCP" },
          ],
          from: [
            {
              namespaceSelector: { matchLabels: { purpose: "monitoring" } },
              podSelector: { matchLabels: {} },
            },
          ],
        },
        { ports: [{ port: "http", protocol: "TCP" }] },
      ]);
      assert.deepEqual(egress[0], {
        to: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"] } }],
        ports: [{ port: 443, protocol: "TCP" }],
      });
      assert.deepEqual(egress[2].to, [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "data" } },
          podSelector: { matchLabels: { app: "mysql" } },
        },
      ]);
    },
  },
  {
    name: "has no policy when told so",
    values: { ports: HTTP, networkPolicy: { enabled: false } },
    expect: (objects) => assert.equal(ofKind(objects, "NetworkPolicy"), undefined),
  },
  {
    name: "answers checks that do not apply, with the reason",
    values: {
      user: { uid: 1, gid: 1 },
      exceptions: {
        user: {
          reason: "the image exits as another",
          kubeScore: "container-security-context-user-group-id",
          checkov: "CKV_K8S_40",
        },
      },
    },
    expect: (objects) =>
      assert.deepEqual(annotationsOf(workloadOf(objects)), {
        "checkov.io/skip1": "CKV_K8S_40=the image exits as another",
        "flotilla.dev/exceptions": "user: the image exits as another",
        "kube-score/ignore": "container-security-context-user-group-id",
      }),
  },
];

const OBSERVABILITY_FEATURES: Feature[] = [
  {
    name: "is scraped through its Service",
    values: {
      ports: HTTP,
      monitor: { kind: "ServiceMonitor", port: "http", interval: "15s", labels: { release: "prometheus" } },
    },
    expect: (objects) => {
      const { metadata, spec } = ofKind(objects, "ServiceMonitor");
      assert.equal(metadata.labels.release, "prometheus");
      assert.deepEqual(spec.endpoints, [
        { port: "http", path: "/metrics", interval: "15s", scrapeTimeout: "10s" },
      ]);
    },
  },
  {
    name: "is scraped pod by pod, on a port that no Service has",
    values: {
      ports: { metrics: { container: 9090, expose: false } },
      monitor: { kind: "PodMonitor", port: "metrics" },
    },
    expect: (objects) => {
      assert.equal(ofKind(objects, "Service"), undefined);
      assert.equal(ofKind(objects, "PodMonitor").spec.podMetricsEndpoints[0].port, "metrics");
    },
  },
  {
    name: "raises alerts",
    values: {
      team: "orders",
      alerts: {
        Down: {
          expr: 'up{job="web"} == 0',
          for: "5m",
          severity: "critical",
          annotations: { summary: "{{ $labels.pod }}" },
        },
        Slow: { expr: "a > 1" },
      },
    },
    expect: (objects) =>
      assert.deepEqual(ofKind(objects, "PrometheusRule").spec.groups[0].rules, [
        {
          alert: "Down",
          expr: 'up{job="web"} == 0',
          for: "5m",
          labels: { severity: "critical", team: "orders" },
          annotations: { summary: "{{ $labels.pod }}" },
        },
        { alert: "Slow", expr: "a > 1", labels: { severity: "warning", team: "orders" } },
      ]),
  },
  {
    name: "labels everything, and selects its pods by what never changes",
    values: {
      fullnameOverride: "cart",
      application: "shop",
      component: "backend",
      team: "orders",
      environment: "prod",
      labels: { "example.com/a": "b" },
      podLabels: { "example.com/pod": "c" },
      podAnnotations: { "example.com/d": "e" },
      ports: HTTP,
      replicas: 2,
    },
    expect: (objects) => {
      const common = {
        "app.kubernetes.io/version": "1.0.0",
        "app.kubernetes.io/part-of": "shop",
        "flotilla.dev/team": "orders",
        "flotilla.dev/environment": "prod",
        "example.com/a": "b",
        "app.kubernetes.io/instance": "web",
      };
      for (const { kind, metadata } of objects)
        for (const [key, value] of Object.entries({ ...common, "app.kubernetes.io/managed-by": "Helm" }))
          assert.equal(metadata.labels[key], value, `${kind} ${key}`);
      const { labels, annotations } = podOf(objects).metadata;
      assert.deepEqual(labels, {
        ...common,
        "app.kubernetes.io/name": "cart",
        "app.kubernetes.io/component": "backend",
        "example.com/pod": "c",
      });
      assert.deepEqual(annotations, { "example.com/d": "e" });
      const selector = { "app.kubernetes.io/name": "cart", "app.kubernetes.io/instance": "web" };
      assert.deepEqual(workloadOf(objects).spec.selector.matchLabels, selector);
      assert.deepEqual(ofKind(objects, "Service").spec.selector, selector);
    },
  },
  {
    name: "makes further objects, as YAML or text, with templates filled in",
    values: {
      extraObjects: {
        a: {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "{{ .Release.Name }}-a" },
          data: { b: "c" },
        },
        d: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ include "microservice.name" . }}-d}\n',
      },
    },
    expect: (objects) =>
      assert.deepEqual(
        objects.filter(({ kind }) => kind === "ConfigMap").map(({ metadata }) => metadata.name),
        ["web-a", "web-d"],
      ),
  },
];

/** By the section of values.yaml they belong to. */
export const FEATURES: Record<string, Feature[]> = {
  workloads: WORKLOAD_FEATURES,
  containers: CONTAINER_FEATURES,
  "more containers, configuration": MORE_CONTAINERS,
  traffic: TRAFFIC_FEATURES,
  "scaling and availability": SCALING_FEATURES,
  security: SECURITY_FEATURES,
  "observability, labels, extra objects": OBSERVABILITY_FEATURES,
};
